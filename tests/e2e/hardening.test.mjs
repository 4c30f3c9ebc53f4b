// What a reviewer would try first.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { goneWhen, ledgerWhen } from './support/ledger.mjs';
import { setUp } from './support/page.mjs';

const stage = setUp();

test("a token with all the characters of Box's own is taken as it is", async () => {
  const token = '1!FAKE-token_~.+/%=';
  const outcome = await stage.page.evaluate(async (token) => {
    const getToken = () => ({ access_token: token, expires_in: 4175, token_type: 'bearer' });
    const grant = await fixture.openGrant({ getToken, revokeEndpoint: undefined });
    return fixture.outcome(grant.token());
  }, token);
  assert.deepEqual(outcome, { value: token });
});

test('what has been put on Object.prototype is neither an option nor an answer', async () => {
  const { page, server } = stage;
  const { beacons, revoked } = await page.evaluate(async () => {
    const beacons = [];
    navigator.sendBeacon = (url) => beacons.push(String(url));
    const planted = {
      allowedOrigins: 'null',
      leaseEndpoint: '/evil',
      revocation_handle: 'x',
      revokeEndpoint: '/evil',
    };
    Object.assign(Object.prototype, planted);
    try {
      const client = await fixture.open({ revokeEndpoint: undefined });
      const grant = fixture.grantFor(client);
      await grant.fetch(fixture.fileUrl('101'));
      // The last request of a page goes by what its client was given, too.
      events.tell('pagehide');
      events.tell('pageshow');
      await grant.token();
      const revoked = await grant.revoke();
      const other = fixture.grantFor(await fixture.open());
      await other.token();
      return { beacons, revoked: [revoked, await other.revoke()] };
    } finally {
      for (const name of Object.keys(planted)) delete Object.prototype[name];
    }
  });
  assert.deepEqual(beacons, []);
  assert.deepEqual(revoked, [
    { tokens: 1, confirmed: false },
    { tokens: 1, confirmed: true },
  ]);
  // The last was named by itself and not by a planted handle.
  await ledgerWhen(server, ({ tokens }) => tokens[2].state === 'revoked');
});

test('a grant that gave way is the same handle again, and revokes what it then holds', async () => {
  const { page, server } = stage;
  const same = await page.evaluate(async () => {
    const client = await fixture.open({ maxGrants: 1 });
    const first = fixture.grantFor(client, { file: '101' });
    await first.token();
    await fixture.grantFor(client, { file: '102' }).token();
    const again = fixture.grantFor(client, { file: '101' });
    await again.token();
    return { same: again === first, revoked: await first.revoke(), peek: first.peek() ?? null };
  });
  assert.deepEqual(same, { same: true, revoked: { tokens: 1, confirmed: true }, peek: null });
  await ledgerWhen(server, ({ live }) => live === 0);
});

test('closing again from a listener that closing calls settles both', async () => {
  const results = await stage.page.evaluate(async () => {
    const client = await fixture.open();
    await fixture.grantFor(client).token();
    let inner;
    client.addEventListener('revoked', () => {
      inner = [client.closed, client.close()];
    });
    const outer = await client.close();
    return [outer, inner[0], await inner[1]];
  });
  const result = { tokens: 1, confirmed: true };
  assert.deepEqual(results, [result, true, result]);
});

test('a revoke endpoint that answers with a page has confirmed nothing', async () => {
  const result = await stage.page.evaluate(async () => {
    const client = await fixture.open({ revokeEndpoint: '/t/blank.html' });
    await fixture.grantFor(client).token();
    const { fetch } = window;
    window.fetch = (url, init) => fetch(url, { ...init, method: 'GET', body: undefined });
    try {
      return await client.close();
    } finally {
      window.fetch = fetch;
    }
  });
  assert.deepEqual(result, { tokens: 1, confirmed: false });
});

test('where the quota for leaving pages is used up, the page names itself', async () => {
  const { page, server } = stage;
  await page.evaluate(async () => {
    const { sendBeacon } = navigator;
    const { fetch } = window;
    // As if others had most of the quota in flight.
    const tooLong = (body) => String(body).length > 150;
    navigator.sendBeacon = (url, body) => !tooLong(body) && sendBeacon.call(navigator, url, body);
    window.fetch = (url, init) =>
      init?.keepalive && tooLong(init.body) ? Promise.reject(new TypeError('quota')) : fetch(url, init);
    const client = await fixture.open();
    await fixture.grantFor(client, { file: '101' }).token();
    await fixture.grantFor(client, { file: '102' }).token();
  });
  await page.goto('about:blank');
  await goneWhen(server, ({ live, tokens }) => tokens.length === 2 && live === 0);
});
