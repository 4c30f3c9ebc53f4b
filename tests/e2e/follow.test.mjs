// A client that is given each token (`downscope/adapters`), through what a page goes through.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { goneWhen } from './support/ledger.mjs';
import { addressOf, follow, setUp, until } from './support/page.mjs';

const stage = setUp();

/** Follows a new grant in the page, until its first token was pushed. */
async function begin(page) {
  await page.evaluate(async () => {
    await import('/t/follow.js');
    globalThis.grant = await fixture.openGrant();
    globalThis.following = followGrant(grant);
  });
  await until(page, () => following.pushed.length === 1);
}

test('the next token is pushed once its time has come, though nobody asks for it', async () => {
  const { page, server } = stage;
  await begin(page);
  await page.evaluate(() => {
    fixture.advance(52 * 60_000);
    events.tell('visibilitychange');
  });
  await until(page, () => following.pushed.length === 2);
  const { requests } = await server.ledger();
  assert.equal(requests.token, 2);
});

test('after a sleep of two hours a fresh token is pushed, and no dead one', async () => {
  const { page, server } = stage;
  await begin(page);
  await server.expire();
  await page.evaluate(() => {
    fixture.advance(2 * 3_600_000);
    events.tell('visibilitychange');
  });
  await until(page, () => following.pushed.length === 2);
  const status = await page.evaluate(async () => {
    const headers = { authorization: `Bearer ${following.pushed[1]}` };
    return (await fetch(fixture.fileUrl('101'), { headers })).status;
  });
  assert.equal(status, 200);
});

test('a page that returns from the cache has a fresh token pushed', async () => {
  const { page, server } = stage;
  await begin(page);
  await follow(page, addressOf(stage, 'clock.js'));
  await goneWhen(server, ({ live }) => live === 0);
  await page.goBack({ waitUntil: 'commit' });
  await until(page, () => following.pushed.length === 2);
  const isFresh = await page.evaluate(() => following.pushed[1] === grant.peek() && following.pushed[1] !== following.pushed[0]);
  assert.equal(isFresh, true);
});

test('after the signal nothing is pushed, and after a sign-out no token is asked for', async () => {
  const { page, server } = stage;
  await begin(page);
  const seen = await page.evaluate(async () => {
    const second = followGrant(grant);
    following.stop();
    await following.over;
    await grant.token({ forceRefresh: true });
    const afterSignal = following.pushed.length;
    await grant.revoke();
    await second.over;
    return [afterSignal, grant.state.status];
  });
  assert.deepEqual(seen, [1, 'empty']);
  const { requests } = await server.ledger();
  assert.equal(requests.token, 2);
});
