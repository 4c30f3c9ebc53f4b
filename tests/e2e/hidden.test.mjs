// `revokeOn: 'hidden'`: a page that nobody sees holds no token. That it is hidden
// is only said to it here; the exit matrix hides pages for real.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allRevoked, allRevokedAtOnce, goneWhen, ledgerWhen, reasonsOf, revokesOf } from './support/ledger.mjs';
import { setUp } from './support/page.mjs';

const stage = setUp();

test('a page that is hidden revokes its token, and fetches another once it is seen', async () => {
  const { page, server } = stage;
  await withToken({ revokeOn: 'hidden' });
  await hide(true);
  await allRevoked(server, 1, 'hidden');
  assert.equal(await page.evaluate(() => grant.peek()), undefined);
  await page.evaluate(() => void (globalThis.refreshed = fixture.next(grant, 'refreshed')));
  await hide(false);
  await page.evaluate(() => refreshed.then(() => {}));
  const ledger = await server.ledger();
  const { tokens, requests } = ledger;
  assert.notEqual(tokens[0].session, tokens[1].session);
  assert.deepEqual([requests.token, revokesOf(ledger)], [2, 1]);
});

test('who asks while the page is hidden is served once it is seen', async () => {
  const { page, server } = stage;
  await withToken({ revokeOn: 'hidden' });
  await hide(true);
  await allRevoked(server, 1, 'hidden');
  await page.evaluate(() => {
    globalThis.asked = fixture.outcome(grant.token());
    globalThis.askedShortly = fixture.outcome(grant.token({ timeout: 50 }));
  });
  const { error } = await page.evaluate(() => askedShortly);
  assert.equal(error.code, 'timeout');
  assert.equal((await server.ledger()).requests.token, 1);
  await hide(false);
  const served = await page.evaluate(async () => (await asked).value === grant.peek());
  assert.equal(served, true);
});

test('a hidden page that is closed has nothing left to revoke', async () => {
  const { page, server } = stage;
  await withToken({ revokeOn: 'hidden' });
  await hide(true);
  await allRevoked(server, 1, 'hidden');
  await page.close();
  await allRevokedAtOnce(server, 1, 'hidden');
});

test('a page that is closed at once revokes once, for being closed', async () => {
  const { page, server } = stage;
  await withToken({ revokeOn: 'hidden' });
  await page.close();
  await allRevokedAtOnce(server, 1, 'unload');
});

test('by default a page that is hidden keeps its token', async () => {
  const { page, server } = stage;
  await withToken();
  await hide(true);
  assert.equal(await page.evaluate(() => grant.peek() !== undefined), true);
  assert.equal((await server.ledger()).requests.revoke, 0);
});

test('a token that was on its way when the page was hidden does not stay alive', async () => {
  const { page, server } = stage;
  await server.faults({ token: { latencyMs: 20_000 } });
  await page.evaluate(async () => {
    const client = await fixture.open({ revokeOn: 'hidden' });
    globalThis.grant = fixture.grantFor(client);
    fixture.outcome(grant.token());
  });
  await ledgerWhen(server, ({ live }) => live === 1);
  await hide(true);
  const ledger = await goneWhen(server, ({ live }) => live === 0);
  assert.deepEqual(reasonsOf(ledger), ['hidden']);
});

/** Leaves a client, its grant and its token in the page. */
const withToken = (options) =>
  stage.page.evaluate(async (options) => {
    const client = await fixture.open(options);
    globalThis.grant = fixture.grantFor(client);
    await grant.token();
  }, options);

const hide = (hidden) => stage.page.evaluate((hidden) => events.hide(hidden), hidden);
