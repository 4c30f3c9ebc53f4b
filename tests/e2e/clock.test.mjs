// Clocks that jump, and machines that sleep: no dead token is handed out.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setUp } from './support/page.mjs';

const HOUR = 3_600_000;
const MINUTE = 60_000;

const stage = setUp();

test('a clock set back two hours does not keep a token alive', async () => {
  await withToken();
  await move({ wall: -2 * HOUR });
  assert.equal(await isHeld(), true, 'it is alive');
  await move({ wall: 56 * MINUTE, monotonic: 56 * MINUTE });
  await assertFetchGetsANewToken();
});

test('a clock set forward two hours costs one request, and no caller a dead token', async () => {
  await withToken();
  await move({ wall: 2 * HOUR });
  await assertFetchGetsANewToken();
  // The new token counts from the new time: it is not thrown away again.
  await move({ wall: MINUTE, monotonic: MINUTE });
  assert.equal(await isHeld(), true);
});

test('after a sleep of two hours, seen by the wall clock only, no dead token is handed out', async () => {
  await withToken();
  await move({ wall: 2 * HOUR, monotonic: 0 });
  await assertFetchGetsANewToken();
});

test('a wall clock that stands still does not keep a token alive', async () => {
  await withToken();
  await move({ wall: 0, monotonic: 56 * MINUTE });
  await assertFetchGetsANewToken();
});

test('a clock set forward and back again within seconds loses no caller its token', async () => {
  const { page } = stage;
  await withToken();
  await move({ wall: 2 * HOUR });
  await page.evaluate(() => grant.token());
  await move({ wall: -2 * HOUR });
  const answer = await page.evaluate(async () => {
    const response = await grant.fetch(fixture.fileUrl('101'));
    return response.status;
  });
  assert.equal(answer, 200);
});

test('a page that wakes up from a sleep replaces its token before anybody asks', async () => {
  const { page, server } = stage;
  await withToken();
  await move({ wall: 52 * MINUTE });
  const fresh = await page.evaluate(async () => {
    const refreshed = fixture.next(grant, 'refreshed');
    events.tell('visibilitychange');
    await refreshed;
    return grant.peek() !== first;
  });
  assert.equal(fresh, true);
  assert.equal((await server.ledger()).requests.token, 2);
});

test('a token of thirty days is neither refreshed at once nor ever too late', async () => {
  const DAY = 24 * HOUR;
  const { page, server } = stage;
  await server.faults({ lifetimeSeconds: (30 * DAY) / 1000 });
  await withToken();
  await move({ wall: 29 * DAY, monotonic: 29 * DAY });
  assert.equal(await isHeld(), true);
  assert.equal(await page.evaluate(() => grant.state.status), 'valid');
  await move({ wall: DAY, monotonic: DAY });
  await assertFetchGetsANewToken();
});

const withToken = () =>
  stage.page.evaluate(async () => {
    globalThis.grant = await fixture.openGrant();
    globalThis.first = await grant.token();
  });

const isHeld = () => stage.page.evaluate(() => grant.peek() !== undefined);

/** Moves each clock on by so much. */
const move = ({ wall = 0, monotonic = 0 }) =>
  stage.page.evaluate(
    (by) => {
      clock.wall += by.wall;
      clock.monotonic += by.monotonic;
    },
    { wall, monotonic },
  );

/** With every earlier token dead at the server, a fetch must succeed at its first try. */
async function assertFetchGetsANewToken() {
  const { page, server } = stage;
  const before = await server.ledger();
  await server.expire();
  const { held, status } = await page.evaluate(async () => {
    const held = grant.peek();
    const response = await grant.fetch(fixture.fileUrl('101'));
    return { held, status: response.status };
  });
  assert.equal(held, undefined, 'nothing dead is handed out without waiting either');
  assert.equal(status, 200);
  const after = await server.ledger();
  assert.equal(after.requests.token - before.requests.token, 1);
  assert.deepEqual(
    after.tokens.map(({ refused }) => refused),
    after.tokens.map(() => 0),
    'no token was refused',
  );
}
