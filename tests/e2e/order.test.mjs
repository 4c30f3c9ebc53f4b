// The revoke of one page life arrives when the next one has its token already, as
// it does over a connection that is made only then.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { goneWhen, ledgerWhen } from './support/ledger.mjs';
import { addressOf, follow, setUp, until } from './support/page.mjs';
import { startRelay } from './support/relay.mjs';

const stage = setUp({}, async ({ server }) => ({ relay: await startRelay(server.app) }));

test('a late revoke takes nothing from the page that was loaded again', async () => {
  const { page } = stage;
  await withToken();
  const { release, came } = await heldBack();
  await page.reload();
  await came;
  await until(page, () => 'fixture' in globalThis);
  await withToken();
  await assertOnlyTheOldTokenEnds(release);
});

test('a late revoke takes nothing from the page that has returned from the cache', async () => {
  const { page } = stage;
  await withToken();
  await page.evaluate(() => {
    addEventListener('pageshow', ({ persisted }) => (globalThis.persisted = persisted));
  });
  const { release, came } = await heldBack();
  await follow(page, addressOf(stage, 'clock.js'));
  await came;
  await page.goBack({ waitUntil: 'commit' });
  await until(page, () => globalThis.persisted);
  await page.evaluate(() => grant.token().then(() => {}));
  await assertOnlyTheOldTokenEnds(release);
});

/** Leaves a client, its grant and its token in the page. */
const withToken = () =>
  stage.page.evaluate(async (revokeEndpoint) => {
    const client = await fixture.open({ revokeEndpoint });
    globalThis.grant = fixture.grantFor(client);
    await grant.token();
  }, `${stage.relay.origin}/api/revoke`);

/** From now on revokes wait on their way; `came` resolves with the first. */
async function heldBack() {
  const release = stage.relay.holdBack();
  return { release, came: stage.relay.next() };
}

async function assertOnlyTheOldTokenEnds(release) {
  const { page, server } = stage;
  const before = await ledgerWhen(server, ({ tokens }) => tokens.length === 2);
  assert.equal(before.live, 2, 'the revoke is still on its way');
  release();
  const { tokens } = await goneWhen(server, ({ live }) => live === 1);
  assert.deepEqual(
    tokens.map(({ state }) => state),
    ['revoked', 'live'],
  );
  const status = await page.evaluate(async () => {
    const response = await grant.fetch(fixture.fileUrl('101'));
    return response.status;
  });
  assert.equal(status, 200);
}
