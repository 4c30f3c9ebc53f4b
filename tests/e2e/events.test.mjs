// What the app is told, and when.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { nextUncaught, setUp } from './support/page.mjs';

const stage = setUp();

test('the life of a token is told by events, on the grant and on its client', async () => {
  const { page, server } = stage;
  const { onGrant, onClient, times } = await page.evaluate(async () => {
    const client = await fixture.open();
    const grant = fixture.grantFor(client);
    const onGrant = fixture.record(grant);
    const onClient = fixture.record(client);
    const wakeUp = () => events.tell('focus');

    const start = Date.now();
    await grant.token();
    const end = Date.now();
    const refreshed = fixture.next(grant, 'refreshed');
    fixture.advance(51 * 60_000);
    await grant.token();
    await refreshed;

    const another = fixture.next(grant, 'expired');
    await fetch('/api/logout', { method: 'POST' });
    fixture.advance(56 * 60_000);
    wakeUp();
    await another;
    await fixture.outcome(grant.token());

    await fetch('/api/login', { method: 'POST' });
    client.resume();
    await grant.token();
    await grant.revoke();
    return { onGrant, onClient, times: { start, end } };
  });

  assert.deepEqual(onClient, onGrant, 'the client repeats what its grants tell');
  assert.deepEqual(
    onGrant.map(({ type }) => type),
    ['refreshed', 'expiring', 'refreshed', 'expired', 'error', 'refreshed', 'revoked'],
  );
  for (const { resource } of onGrant) assert.equal(resource, `${server.api}/2.0/files/101`);
  const [first, expiring, , , failed, , revoked] = onGrant;
  const HOUR = 3_600_000;
  // From when it was asked for, give or take what clocks are rounded to.
  assert.ok(first.expiresAt >= times.start + HOUR - 50 && first.expiresAt <= times.end + HOUR + 50);
  assert.ok(Math.abs(expiring.expiresAt - first.expiresAt) < 50, 'it is the same token');
  assert.equal(failed.error.name, 'TokenError');
  assert.equal(failed.error.code, 'login_required');
  assert.equal(revoked.reason, 'explicit');
});

test('events are TokenEvents whose detail cannot be changed', async () => {
  const seen = await stage.page.evaluate(async () => {
    const grant = await fixture.openGrant();
    const refreshed = fixture.next(grant, 'refreshed');
    await grant.token();
    const event = await refreshed;
    return {
      isTokenEvent: event instanceof fixture.TokenEvent && event instanceof Event,
      isFrozen: Object.isFrozen(event.detail),
      isTarget: event.target === grant,
    };
  });
  assert.deepEqual(seen, { isTokenEvent: true, isFrozen: true, isTarget: true });
});

test('an event tells of its own grant only', async () => {
  const { page, server } = stage;
  const { ofOther, ofClient } = await page.evaluate(async () => {
    const client = await fixture.open();
    const ofClient = fixture.record(client);
    const ofOther = fixture.record(fixture.grantFor(client, { file: '102' }));
    await fixture.grantFor(client, { file: '101' }).token();
    return { ofOther, ofClient };
  });
  assert.deepEqual(ofOther, []);
  assert.deepEqual(
    ofClient.map(({ type, resource }) => [type, resource]),
    [['refreshed', `${server.api}/2.0/files/101`]],
  );
});

test('a listener that calls back in, or throws, does no harm', async () => {
  const { page, server } = stage;
  const { inside, outside } = await page.evaluate(async () => {
    const client = await fixture.open();
    const grant = fixture.grantFor(client);
    const inside = new Promise((resolve) => {
      grant.addEventListener('refreshed', () => {
        resolve([grant.peek(), grant.token(), fixture.grantFor(client, { file: '102' }).state]);
      });
    });
    const failing = () => {
      throw new Error('the app’s own mistake');
    };
    client.addEventListener('refreshed', failing, { once: true });
    const outside = await grant.token();
    const [held, promised, state] = await inside;
    return { inside: [held, await promised, state.status], outside };
  });
  assert.deepEqual(inside, [outside, outside, 'empty']);
  assert.equal((await server.ledger()).requests.token, 1);
  const reported = await nextUncaught(stage);
  assert.match(reported.message, /the app’s own mistake/, 'the browser reports it as ever');
});
