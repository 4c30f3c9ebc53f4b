// Signing out in one tab signs out in all of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ledgerWhen, reasonsOf } from './support/ledger.mjs';
import { openPage, setUp } from './support/page.mjs';

const stage = setUp();

test('revoking in every tab leaves no token alive in any', async () => {
  const { page, server } = stage;
  const other = await openPage(stage);
  await withToken(page);
  await withToken(other);
  const result = await page.evaluate(() => client.revokeAll({ everyTab: true }));
  assert.deepEqual(result, { tokens: 1, confirmed: true }, 'of this tab');
  const ledger = await ledgerWhen(server, ({ live }) => live === 0);
  assert.deepEqual(reasonsOf(ledger), ['logout', 'logout']);
  assert.equal(await other.evaluate(() => grant.peek()), undefined);
  // The other tab is not closed for good.
  assert.equal(await other.evaluate(async () => (await grant.token()).length > 0), true);
});

test('revoking in one tab leaves the others alone', async () => {
  const { page, server } = stage;
  const other = await openPage(stage);
  await withToken(page);
  await withToken(other);
  await page.evaluate(() => client.revokeAll());
  await ledgerWhen(server, ({ live }) => live === 1);
  assert.equal(await other.evaluate(() => grant.peek() !== undefined), true);
});

test('another app of the same origin hears nothing', async () => {
  const { page, server } = stage;
  const other = await openPage(stage);
  await withToken(page, { app: 'mail' });
  await withToken(other, { app: 'calendar' });
  const same = await openPage(stage);
  await withToken(same, { app: 'mail' });
  await page.evaluate(() => client.revokeAll({ everyTab: true }));
  await ledgerWhen(server, ({ live }) => live === 1);
  assert.equal(await other.evaluate(() => grant.peek() !== undefined), true);
});

test('a command is all that is ever said between tabs', async () => {
  const { page } = stage;
  const other = await openPage(stage);
  await other.evaluate(() => {
    globalThis.heard = [];
    const channel = new BroadcastChannel(`downscope ${location.origin}/api/token`);
    globalThis.ended = new Promise((resolve) => {
      channel.onmessage = ({ data }) => resolve(heard.push(data));
    });
  });
  await withToken(page);
  await page.evaluate(async () => {
    await grant.token({ forceRefresh: true });
    await grant.revoke();
    await grant.token();
    await client.revokeAll({ everyTab: true });
  });
  const heard = await other.evaluate(async () => {
    await ended;
    return heard;
  });
  assert.deepEqual(heard, ['revoke all']);
});

test('a client that is closed hears nothing more and keeps no channel', async () => {
  const { page } = stage;
  const channels = await page.evaluate(async () => {
    let open = 0;
    const Original = BroadcastChannel;
    globalThis.BroadcastChannel = class extends Original {
      constructor(name) {
        super(name);
        open += 1;
      }
      close() {
        super.close();
        open -= 1;
      }
    };
    const counts = [];
    const client = await fixture.open();
    counts.push(open);
    await client.close();
    counts.push(open);
    return counts;
  });
  assert.deepEqual(channels, [1, 0]);
});

/** Leaves a client, its grant and its token in a page. */
const withToken = (page, options) =>
  page.evaluate(async (options) => {
    globalThis.client = await fixture.open(options);
    globalThis.grant = fixture.grantFor(client);
    await grant.token();
  }, options);
