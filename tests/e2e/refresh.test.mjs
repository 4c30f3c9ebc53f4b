// Refresh ahead of expiry, and what an outage does to callers and to the
// backend: nothing, and next to nothing.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ledgerWhen } from './support/ledger.mjs';
import { openPage, setUp } from './support/page.mjs';

const MINUTE = 60_000;

const stage = setUp();

test('past the refresh point callers get the held token while one refresh runs behind them', async () => {
  const { page, server } = stage;
  await page.evaluate(async (age) => {
    globalThis.grant = await fixture.openGrant();
    globalThis.first = await grant.token();
    fixture.advance(age);
  }, 51 * MINUTE);
  await server.faults({ token: { latencyMs: 300 } });

  const { order, same, fresh, status } = await page.evaluate(async () => {
    const order = [];
    const refreshed = fixture.next(grant, 'refreshed').then(() => order.push('refreshed'));
    const tokens = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const token = await grant.token();
        order.push('caller');
        return token;
      }),
    );
    const { status } = grant.state;
    await refreshed;
    return {
      order,
      same: tokens.every((token) => token === first),
      fresh: (await grant.token()) !== first,
      status,
    };
  });
  assert.deepEqual(order, [...Array(10).fill('caller'), 'refreshed']);
  assert.equal(same, true, 'callers got the held token');
  assert.equal(status, 'refreshing');
  assert.equal(fresh, true, 'later callers get the new one');
  assert.equal((await server.ledger()).requests.token, 2);
});

test('an idle page that is visible asks for the next token by itself, by minute fifty', async () => {
  const { page, server } = stage;
  await openPage(stage, { page, name: 'blank.html?held' });
  await page.evaluate(async () => {
    globalThis.grant = await fixture.openGrant();
    globalThis.first = await grant.token();
  });
  await page.evaluate((span) => clock.run(span), 16 * MINUTE);
  assert.equal((await server.ledger()).requests.token, 1, 'not in the first third');
  const fresh = await page.evaluate(async (within) => {
    let isRefreshed = false;
    const refreshed = fixture.next(grant, 'refreshed').then(() => (isRefreshed = true));
    // No further than that: the server lives in real time, and would seem to
    // take minutes to answer. It may have answered by the time that one step ends.
    const STEP = 5_000;
    for (let passed = 0; passed < within && !isRefreshed; passed += STEP) {
      if (grant.state.status !== 'valid') break;
      await clock.run(STEP);
    }
    if (!isRefreshed && grant.state.status !== 'refreshing') return grant.state.status;
    await refreshed;
    return grant.peek() !== first;
  }, 34 * MINUTE);
  assert.equal(fresh, true);
  assert.equal((await server.ledger()).requests.token, 2);
});

test('a refresh that is answered 503 leaves the callers of a valid token unharmed', async () => {
  const { page, server } = stage;
  await page.evaluate(async (age) => {
    globalThis.grant = await fixture.openGrant();
    globalThis.first = await grant.token();
    fixture.advance(age);
  }, 51 * MINUTE);
  await server.faults({ token: { status: 503 } });

  const during = await page.evaluate(async () => {
    const failed = fixture.next(grant, 'error');
    const tokens = [await grant.token()];
    const { detail } = await failed;
    for (let call = 0; call < 20; call += 1) tokens.push(await grant.token());
    const { status, error } = grant.state;
    return { same: tokens.every((one) => one === first), code: detail.error.code, status, error };
  });
  assert.deepEqual(during, {
    same: true,
    code: 'unavailable',
    status: 'valid',
    error: 'unavailable',
  });
  assert.equal((await server.ledger()).requests.token, 2, 'calls do not cut the back-off short');

  await server.faults({ token: null });
  const after = await page.evaluate(async () => {
    const refreshed = fixture.next(grant, 'refreshed');
    // To where that token still serves, but is about to expire.
    fixture.advance(239_000);
    await grant.token();
    await refreshed;
    return { fresh: (await grant.token()) !== first, error: grant.state.error };
  });
  assert.deepEqual(after, { fresh: true, error: undefined });
});

test('in an outage fifty calls in five seconds make at most four requests', async () => {
  const { page, server } = stage;
  await server.faults({ token: { status: 503 } });
  const outcomes = await callsOverFiveSeconds(page);
  assert.ok(requestsInFiveSeconds(await server.ledger()) <= 4);
  for (const { value, error } of outcomes) {
    assert.equal(value, undefined);
    if (error) assert.equal(error.code, 'unavailable');
  }
  assert.ok(outcomes.some(({ error }) => error), 'callers are told');
});

test('in an outage with Retry-After: 5 fifty calls in five seconds make one request', async () => {
  const { page, server } = stage;
  await server.faults({ token: { status: 503, retryAfter: 5 } });
  await callsOverFiveSeconds(page);
  assert.equal(requestsInFiveSeconds(await server.ledger()), 1);
});

test('callers who would have to wait longer than they are willing to are told at once', async () => {
  const { page, server } = stage;
  await server.faults({ token: { status: 503, retryAfter: 5 } });
  const { error } = await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    return fixture.outcome(grant.token({ timeout: 4_000 }));
  });
  assert.equal(error.code, 'unavailable');
  assert.equal(error.retryable, true);
  assert.equal(error.retryAfter, 5_000);
});

test('one lost request is kept from the callers', async () => {
  const { page, server } = stage;
  await server.faults({ token: { status: 503, times: 1 } });
  const { token, events } = await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    const events = fixture.record(grant);
    return { token: await grant.token(), events };
  });
  assert.match(token, /^[0-9a-f]{40}$/);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['error', 'refreshed'],
  );
  await ledgerWhen(server, ({ requests }) => requests.token === 2);
});

/** Fifty calls, one each tenth of a second; how each stood shortly after the last. */
const callsOverFiveSeconds = (page) =>
  page.evaluate(async () => {
    const grant = await fixture.openGrant();
    const outcomes = Array.from({ length: 50 }, () => ({}));
    await new Promise((resolve) => {
      let made = 0;
      const call = () => {
        const place = outcomes[made];
        fixture.outcome(grant.token()).then((outcome) => Object.assign(place, outcome));
        made += 1;
        if (made === outcomes.length) {
          clearInterval(calling);
          resolve();
        }
      };
      const calling = setInterval(call, 100);
      call();
    });
    return outcomes;
  });

/** Token requests answered within five seconds of the first one. */
function requestsInFiveSeconds({ log }) {
  const answered = log.filter(({ kind }) => kind === 'token').map(({ at }) => at);
  return answered.filter((at) => at - answered[0] < 5_000).length;
}
