// Into the back/forward cache and back: nothing is held in there, and the page
// starts afresh when it returns.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { engine } from './support/browser.mjs';
import { goneWhen, ledgerWhen, reasonsOf } from './support/ledger.mjs';
import { addressOf, follow, setUp } from './support/page.mjs';

const stage = setUp();

test('a page that returns from the cache has a fresh token, in a session of its own', async () => {
  const { page, server } = stage;
  await page.evaluate(async () => {
    const client = await fixture.open();
    globalThis.grant = fixture.grantFor(client);
    globalThis.events = fixture.record(client);
    globalThis.first = await grant.token();
    addEventListener('pageshow', ({ persisted }) => (globalThis.persisted = persisted));
    addEventListener('pagehide', () => (globalThis.heldInCache = grant.peek()));
  });
  await leave(page);
  const away = await goneWhen(server, ({ live }) => live === 0);
  assert.deepEqual(reasonsOf(away), ['bfcache']);

  await comeBack(page);
  const back = await page.evaluate(async () => {
    const token = await grant.token();
    const { status } = await grant.fetch(fixture.fileUrl('101'));
    const headers = { authorization: `Bearer ${first}` };
    const old = await fetch(fixture.fileUrl('101'), { headers });
    return { persisted, fresh: token !== first, heldInCache, status, old: old.status, events };
  });
  assert.equal(back.persisted, true, 'the page came from the cache');
  assert.equal(back.fresh, true);
  assert.equal(back.heldInCache, undefined, 'nothing was held in the cache');
  assert.equal(back.status, 200);
  assert.equal(back.old, 401, 'the one of before opens nothing');
  assert.deepEqual(
    back.events.map(({ type, reason }) => [type, reason]),
    [
      ['refreshed', undefined],
      ['revoked', 'bfcache'],
      ['refreshed', undefined],
    ],
  );
  const { tokens, requests } = await server.ledger();
  assert.notEqual(tokens[0].session, tokens[1].session);
  assert.deepEqual([requests.token, requests.file], [2, 2], 'no 401 on the way');
});

test('each further trip through the cache revokes again', async () => {
  const { page, server } = stage;
  await page.evaluate(async () => {
    globalThis.grant = await fixture.openGrant();
    await grant.token();
  });
  for (const trips of [1, 2, 3]) {
    await leave(page);
    await goneWhen(server, ({ live }) => live === 0);
    await comeBack(page);
    await page.evaluate(() => grant.token());
    const { tokens } = await server.ledger();
    assert.equal(tokens.length, 1 + trips);
  }
  await page.close();
  const { tokens } = await goneWhen(server, ({ live }) => live === 0);
  const reasons = tokens.map(({ revokeReason }) => revokeReason);
  assert.deepEqual(reasons, ['bfcache', 'bfcache', 'bfcache', 'unload']);
});

const notCached = engine === 'firefox' && 'Firefox caches no page that has a request under way';

test('a caller that was waiting when the page went away gets a fresh token when it returns', { skip: notCached }, async () => {
  const { page, server } = stage;
  await server.faults({ token: { latencyMs: 20_000, times: 1 } });
  await page.evaluate(async () => {
    globalThis.grant = await fixture.openGrant();
    globalThis.waiting = fixture.outcome(grant.token());
  });
  await ledgerWhen(server, ({ live }) => live === 1);
  await leave(page);
  await goneWhen(server, ({ live }) => live === 0);
  await comeBack(page);
  const { outcome, held } = await page.evaluate(async () => ({
    outcome: await waiting,
    held: grant.peek(),
  }));
  assert.equal(outcome.value, held);
  const { tokens } = await server.ledger();
  assert.deepEqual(
    tokens.map(({ state }) => state),
    ['revoked', 'live'],
  );
});

test('a page that asked for nothing asks for nothing when it returns', async () => {
  const { page, server } = stage;
  await page.evaluate(async () => {
    globalThis.grant = await fixture.openGrant();
  });
  // The last revoke of the page before this one may have been late.
  const { requests: before } = await server.ledger();
  await leave(page);
  await comeBack(page);
  assert.equal(await page.evaluate(() => grant.state.status), 'empty');
  const { requests } = await server.ledger();
  assert.deepEqual([requests.token, requests.revoke], [0, before.revoke]);
});

/** Follows a link to a page that says nothing to the server. */
const leave = (page) => follow(page, addressOf(stage, 'clock.js'));

/** Back to the page that was left; one from the cache has no `load` to wait for. */
const comeBack = (page) => page.goBack({ waitUntil: 'commit' });
