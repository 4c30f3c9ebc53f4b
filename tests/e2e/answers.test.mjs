// What the token endpoint answers when it does not answer with a token.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { engine } from './support/browser.mjs';
import { openPage, setUp } from './support/page.mjs';
import { startRelay } from './support/relay.mjs';

const stage = setUp({}, async ({ server }) => ({ relay: await startRelay(server.app) }));

/** Fails at once where the next request would only be made after a back-off: just shorter than any. */
const IMPATIENT = 1_200;

const SHAPES = {
  oauth: 'the shape of RFC 6749',
  nested: 'an error object with a code',
  problem: 'problem details (RFC 9457)',
};

for (const [shape, description] of Object.entries(SHAPES)) {
  test(`an outage in ${description} is told with status and retryAfter`, async () => {
    await stage.server.faults({ token: { status: 503, retryAfter: 7, shape } });
    const { error } = await tokenOnce();
    assert.equal(error.code, 'unavailable');
    assert.equal(error.status, 503);
    assert.equal(error.retryAfter, 7_000);
    assert.equal(error.retryable, true);
    assert.equal(error.oauthError, shape === 'problem' ? undefined : 'temporarily_unavailable');
    assert.doesNotMatch(JSON.stringify(error), /Injected/, 'nothing of the body is copied');
  });
}

test('a refusal carries the registered error code that the server gave', async () => {
  const { page } = stage;
  const { error } = await page.evaluate(async () => {
    const client = await fixture.open();
    return fixture.outcome(fixture.grantFor(client, { scopes: ['no_such_scope'] }).token());
  });
  assert.equal(error.code, 'request_refused');
  assert.equal(error.status, 400);
  assert.equal(error.oauthError, 'invalid_scope');
  assert.equal(error.retryable, false);
});

test('error codes are read in every shape, and unregistered ones are not copied', async () => {
  const codes = await stage.page.evaluate(async () => {
    const bodies = [
      { error: 'invalid_scope', error_description: 'x' },
      { error: { code: 'invalid_scope', message: 'x', details: [] } },
      { type: 'https://app.example/problems/invalid_scope', title: 'x' },
      { error: 'something-of-our-own' },
      { error: { code: 42 } },
      'just text',
      null,
    ];
    // At once: two of them are told only after a second try, which waits for its back-off.
    return Promise.all(
      bodies.map(async (body) => {
        const getToken = () => new Response(JSON.stringify(body), { status: 400 });
        const grant = await fixture.openGrant({ getToken });
        const { error } = await fixture.outcome(grant.token());
        return [error.code, error.oauthError];
      }),
    );
  });
  // What is no object is not the backend's word.
  assert.deepEqual(
    codes.map(([code]) => code),
    [...Array(5).fill('request_refused'), 'invalid_response', 'invalid_response'],
  );
  const known = 'invalid_scope';
  assert.deepEqual(
    codes.map(([, oauthError]) => oauthError),
    [known, known, known, undefined, undefined, undefined, undefined],
  );
});

test('Retry-After is understood as a date too', async () => {
  const { error, most, least } = await stage.page.evaluate(async () => {
    const date = new Date(Date.now() + 90_000).toUTCString();
    const left = () => Date.parse(date) - Date.now();
    const headers = { 'retry-after': date };
    const getToken = () => new Response(null, { status: 429, headers });
    const grant = await fixture.openGrant({ getToken });
    const most = left();
    const outcome = await fixture.outcome(grant.token());
    return { ...outcome, most, least: left() };
  });
  assert.equal(error.code, 'unavailable');
  assert.ok(error.retryAfter >= least && error.retryAfter <= most, `${least} ${error.retryAfter} ${most}`);
});

const MALFORMED = {
  text: 'an answer that is not JSON',
  empty: 'an empty answer',
  truncated: 'half a JSON',
  html: 'a page',
  huge: 'an answer of ten megabytes',
};

for (const [shape, description] of Object.entries(MALFORMED)) {
  test(`${description} is invalid_response, and the call after the back-off works`, async () => {
    const { server } = stage;
    await server.faults({ token: { status: 200, shape } });
    const { error } = await tokenOnce();
    assert.equal(error.code, 'invalid_response');
    assert.equal(error.retryable, true);
    assert.ok(error.retryAfter >= 1_000, 'the next request waits');
    assert.doesNotMatch(error.message, /Injected|AAAA|access_token.*injected/);

    await server.faults({ token: null });
    const early = await tokenAgain();
    assert.equal(early.error.code, 'invalid_response', 'within the back-off nobody is asked');
    assert.equal((await server.ledger()).requests.token, 1);

    const late = await tokenAgain(3_000, {});
    assert.match(late.value, /^[0-9a-f]{40}$/);
    assert.equal((await server.ledger()).requests.token, 2);
  });
}

test('an endless answer is not read to its end', async () => {
  const { page, server, relay } = stage;
  await openPage(stage, { page, origin: relay.origin });
  relay.stallAfter(1 << 20);
  await server.faults({ token: { status: 200, shape: 'huge' } });
  const abandoned = relay.abandoned('/api/token');
  const { error } = await tokenOnce();
  assert.match(error.message, /longer than 128 KiB/);
  // Firefox lets go of the connection as well, but at times not for half a minute.
  if (engine === 'firefox') abandoned.catch(() => {});
  else await abandoned;
  relay.stallAfter(Infinity);
});

test('JSON that is no token response is invalid_response, whatever is wrong with it', async () => {
  const outcomes = await stage.page.evaluate(async () => {
    const answers = {
      'no token': { expires_in: 3600 },
      'a token that cannot stand in a header': { access_token: 'two words', expires_in: 3600 },
      'an endless token': { access_token: 'a'.repeat(16_385), expires_in: 3600 },
      'a token of another type': { access_token: 'abc', token_type: 'DPoP', expires_in: 3600 },
      'a life of nothing': { access_token: 'abc', expires_in: 0 },
      'a life that is no number': { access_token: 'abc', expires_in: 'soon' },
      'no object': 'abc',
    };
    const outcomes = {};
    for (const [name, answer] of Object.entries(answers)) {
      const grant = await fixture.openGrant({ getToken: () => Response.json(answer) });
      outcomes[name] = await fixture.outcome(grant.token({ timeout: 500 }));
      // A fifth try for the same grant would have to wait.
      fixture.advance(5_000);
    }
    return outcomes;
  });
  for (const [name, { error }] of Object.entries(outcomes)) {
    assert.equal(error?.code, 'invalid_response', name);
  }
});

const TERMINAL = { 401: 'login_required', 403: 'access_denied', 400: 'request_refused' };

for (const [status, code] of Object.entries(TERMINAL)) {
  test(`a ${status} from the token endpoint is final until resume()`, async () => {
    const { page, server } = stage;
    await server.faults({ token: { status: Number(status) } });
    const { error, state } = await tokenOnce();
    assert.equal(error.code, code);
    assert.equal(error.status, Number(status));
    assert.equal(error.retryable, false);
    assert.deepEqual(state, { status: 'stopped', error: code });

    await server.faults({ token: null });
    for (let call = 0; call < 3; call += 1) {
      const again = await tokenAgain(600_000);
      assert.equal(again.error.code, code);
    }
    assert.equal((await server.ledger()).requests.token, 1, 'nobody asks any more');

    const resumed = await page.evaluate(async () => {
      client.resume();
      return fixture.outcome(grant.token());
    });
    assert.match(resumed.value, /^[0-9a-f]{40}$/);
    assert.equal((await server.ledger()).requests.token, 2);
  });
}

test('when the user signs out elsewhere and in again, resume() is all that is needed', async () => {
  const { page } = stage;
  const [before, during, after] = await page.evaluate(async () => {
    const client = await fixture.open();
    const grant = fixture.grantFor(client);
    const outcomes = [await fixture.outcome(grant.token())];
    await fetch('/api/logout', { method: 'POST' });
    outcomes.push(await fixture.outcome(grant.token({ forceRefresh: true })));
    await fetch('/api/login', { method: 'POST' });
    client.resume();
    outcomes.push(await fixture.outcome(grant.token({ forceRefresh: true })));
    return outcomes;
  });
  assert.ok(before.value);
  assert.equal(during.error.code, 'login_required');
  assert.ok(after.value && after.value !== before.value);
});

test('a request that gets no answer in time fails with timeout, and is not left open', async () => {
  const { page, server, relay } = stage;
  await openPage(stage, { page, origin: relay.origin });
  await server.faults({ token: { latencyMs: 60_000, times: 1 } });
  const abandoned = relay.abandoned('/api/token');
  const { error } = await page.evaluate(async () => {
    const grant = await fixture.openGrant({ requestTimeout: 2_000, timeout: 3_000 });
    return fixture.outcome(grant.token());
  });
  assert.equal(error.code, 'timeout');
  assert.equal(error.retryable, true);
  await abandoned;
});

test('a server that cannot be reached is a network error', async () => {
  const { page, server, relay } = stage;
  await openPage(stage, { page, origin: relay.origin });
  relay.cut();
  const { error } = await tokenOnce();
  relay.mend();
  assert.equal(error.code, 'network');
  assert.equal(error.retryable, true);
  const { value } = await page.evaluate(() => {
    events.tell('online');
    return fixture.outcome(grant.token());
  });
  assert.ok(value, 'back online there is a token');
  assert.equal((await server.ledger()).requests.token, 1);
});

/** The outcome of a first call that does not wait out a back-off. */
const tokenOnce = () =>
  stage.page.evaluate(async (timeout) => {
    globalThis.client = await fixture.open();
    globalThis.grant = fixture.grantFor(client);
    const outcome = await fixture.outcome(grant.token({ timeout }));
    return { ...outcome, state: grant.state };
  }, IMPATIENT);

/** The outcome of a later one, so many milliseconds after. */
const tokenAgain = (after = 0, options = { timeout: IMPATIENT }) =>
  stage.page.evaluate(
    async ({ after, options }) => {
      fixture.advance(after);
      return fixture.outcome(grant.token(options));
    },
    { after, options },
  );
