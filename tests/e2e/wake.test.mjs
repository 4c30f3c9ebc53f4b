// A machine that slept for two hours, and whatever the browser says about it
// afterwards: in any order, and as often as it likes.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ledgerWhen } from './support/ledger.mjs';
import { setUp } from './support/page.mjs';

const HOUR = 3_600_000;
const FILES = ['101', '102', '103', '104'];

/** Four files, and one of them with fewer scopes. */
const GRANTS = [...FILES.map((file) => ({ file })), { file: '101', scopes: ['base_preview'] }];

/** One timer is enough for all grants; it may be set anew a few times. */
const TIMERS = 5;

const ORDERS = {
  'as Chromium tells it': ['resume', 'visibilitychange', 'focus', 'online'],
  'as from the cache': ['visibilitychange', 'pageshow', 'focus'],
  'the network first': ['online', 'focus', 'visibilitychange', 'pageshow', 'resume'],
  'everything three times': Array(3).fill(['focus', 'online', 'visibilitychange', 'pageshow', 'resume']).flat(),
  'nothing at all': [],
};

const stage = setUp();

for (const [name, told] of Object.entries(ORDERS)) {
  test(`after a sleep of two hours (${name}) each grant is refreshed once, and no dead token is used`, async () => {
    const { page, server } = stage;
    await openGrants();
    await server.expire();

    const { held, statuses, timers } = await page.evaluate(
      async ({ told, span }) => {
        const before = clock.timers;
        // As on Linux: the wall clock has moved, timers and the other clock stood still.
        clock.wall += span;
        const held = grants.map((grant) => grant.peek());
        for (const type of told) {
          events.tell(type);
          await null;
        }
        const responses = await Promise.all(grants.map((grant) => grant.fetch(grant.resource)));
        return { held, statuses: responses.map(({ status }) => status), timers: clock.timers - before };
      },
      { told, span: 2 * HOUR },
    );
    assert.deepEqual(held, Array(GRANTS.length).fill(undefined));
    assert.deepEqual(statuses, Array(GRANTS.length).fill(200));
    assert.ok(timers <= TIMERS, `${timers} timers`);
    const { requests, tokens } = await server.ledger();
    assert.equal(requests.token, 2 * GRANTS.length, 'one refresh each');
    assert.deepEqual(
      tokens.map(({ refused }) => refused),
      tokens.map(() => 0),
      'no token was refused',
    );
  });
}

test('a page that wakes up refreshes what was in use before anybody asks, once, and then rests', async () => {
  const { page, server } = stage;
  await openGrants();
  await page.evaluate((span) => {
    clock.wall += span;
    const told = ['visibilitychange', 'visibilitychange', 'focus', 'online', 'pageshow', 'focus'];
    for (const type of told) events.tell(type);
  }, 52 * 60_000);
  await ledgerWhen(server, ({ requests }) => requests.token === 2 * GRANTS.length);
  const timers = await page.evaluate(async () => {
    await Promise.all(grants.map((grant) => grant.token()));
    const before = clock.timers;
    for (let times = 0; times < 20; times += 1) {
      for (const type of ['focus', 'visibilitychange']) events.tell(type);
    }
    return clock.timers - before;
  });
  assert.ok(timers <= TIMERS, `${timers} timers for forty events`);
  assert.equal((await server.ledger()).requests.token, 2 * GRANTS.length);
});

/** Leaves five grants with their tokens in the page. */
const openGrants = () =>
  stage.page.evaluate(async (wanted) => {
    const client = await fixture.open();
    globalThis.grants = wanted.map((one) => fixture.grantFor(client, one));
    await Promise.all(grants.map((grant) => grant.token()));
  }, GRANTS);
