// `deferred`: the browser holds the last revoke ready, and sends it however the
// page ends.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { engine } from './support/browser.mjs';
import { crash } from './support/crash.mjs';
import { allRevoked, allRevokedAtOnce, goneWhen, ledgerWhen, reasonsOf } from './support/ledger.mjs';
import { addressOf, follow, setUp } from './support/page.mjs';

const stage = setUp();

/** What to say where the browser has nothing of the kind. */
const skip = engine === 'chromium' ? false : `${engine} has no fetchLater`;

test('a tab that is closed revokes its token by the deferred request alone', { skip }, async () => {
  const { page, server } = stage;
  await withToken();
  await page.evaluate(() => {
    navigator.sendBeacon = () => {
      throw new Error('a beacon was sent');
    };
  });
  await page.close();
  const { requests } = await allRevoked(server, 1, 'unload');
  assert.equal(requests.revoke, 1);
});

test('a page whose process crashes revokes its tokens', { skip }, async () => {
  const { page, server } = stage;
  await withToken();
  await page.evaluate(() => grant.token({ forceRefresh: true }));
  await crash(page);
  const { requests } = await allRevoked(server, 2, 'unload');
  assert.equal(requests.revoke, 1, 'in one request, the earlier ones taken back');
});

test('requests that are made at once are handed to the browser once', { skip }, async () => {
  const calls = await stage.page.evaluate(async () => {
    const client = await fixture.open({ deferred: true });
    const files = Array.from({ length: 20 }, (_, number) => `${number}`);
    const grants = files.map((file) => fixture.grantFor(client, { file }));
    let calls = 0;
    const { fetchLater } = globalThis;
    globalThis.fetchLater = (...given) => {
      calls += 1;
      return fetchLater(...given);
    };
    for (const grant of grants) fixture.outcome(grant.token());
    await Promise.resolve();
    return calls;
  });
  assert.equal(calls, 1);
});

test('a token on its way when the process crashed does not stay alive', { skip }, async () => {
  const { page, server } = stage;
  await server.faults({ token: { latencyMs: 20_000 } });
  await page.evaluate(async () => {
    const client = await fixture.open({ deferred: true });
    fixture.outcome(fixture.grantFor(client).token());
  });
  await ledgerWhen(server, ({ live }) => live === 1);
  await crash(page);
  await allRevoked(server, 1, 'unload');
});

test('what is revoked already is not revoked again at the end', { skip }, async () => {
  const { page, server } = stage;
  await withToken();
  await page.evaluate(() => grant.revoke());
  await page.close();
  const { requests } = await allRevoked(server, 1, 'explicit');
  assert.equal(requests.revoke, 1);
});

test('a client that is closed leaves nothing with the browser', { skip }, async () => {
  const { page, server } = stage;
  await withToken();
  await page.evaluate(() => client.close());
  await page.close();
  const { requests } = await allRevoked(server, 1, 'explicit');
  assert.equal(requests.revoke, 1);
});

test('a page that returns from the cache holds another request ready', { skip }, async () => {
  const { page, server } = stage;
  await withToken();
  await follow(page, addressOf(stage, 'clock.js'));
  await allRevoked(server, 1, 'bfcache');
  await page.goBack({ waitUntil: 'commit' });
  await page.evaluate(() => grant.token());
  await crash(page);
  const ledger = await goneWhen(server, ({ tokens, live }) => tokens.length === 2 && live === 0);
  assert.deepEqual(reasonsOf(ledger), ['bfcache', 'unload']);
  const others = ledger.log.filter(({ kind, detail }) => kind === 'revoke' && detail.endsWith(': unload'));
  assert.ok(others.length <= 1, 'what was held before was taken back');
});

test('a page that is hidden revokes at once, where that is wanted too', { skip }, async () => {
  const { page, server } = stage;
  await withToken({ revokeOn: 'hidden' });
  await page.evaluate(() => events.hide(true));
  await allRevoked(server, 1, 'hidden');
  await page.close();
  await allRevokedAtOnce(server, 1, 'hidden');
});

test('where the quota is used up the session is named, in a few bytes', { skip }, async () => {
  const { page, server } = stage;
  await page.evaluate(() => {
    fetchLater('/elsewhere', { method: 'POST', body: 'x'.repeat(65_000) });
  });
  await withToken();
  await crash(page);
  await allRevoked(server, 1, 'unload');
});

test('where the browser has no such thing the beacon does it', async () => {
  const { page, server } = stage;
  await page.evaluate(() => {
    globalThis.fetchLater = undefined;
  });
  await withToken();
  await page.close();
  const ledger = await allRevoked(server, 1, 'unload');
  assert.deepEqual(reasonsOf(ledger), ['unload']);
});

/** Leaves a client that has the browser hold its last revoke, and its grant with a token, in the page. */
const withToken = (options) =>
  stage.page.evaluate(async (options) => {
    globalThis.client = await fixture.open({ deferred: true, ...options });
    globalThis.grant = fixture.grantFor(client);
    await grant.token();
  }, options);
