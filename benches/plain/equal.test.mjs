// Both clients do the same: what is measured beside downscope is held to the same
// checks, in a real browser. Time is virtual where it matters.

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

import { startBackend } from '../backend/server.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const packageDirectory = process.env.DOWNSCOPE_PKG ?? here('../../pkg');

const CLIENTS = { downscope: '/pkg/index.js', plain: '/plain/client.js' };

let browser;
let backend;

before(async () => {
  const mounts = { '/pkg/': packageDirectory, '/plain/': here('.') };
  backend = await startBackend({ mounts });
  browser = await chromium.launch({
    executablePath: process.env.CHROME_BIN ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
});

after(async () => {
  await browser?.close();
  backend?.close();
});

for (const [name, place] of Object.entries(CLIENTS)) describe(name, () => equal(name, place));

/** A test that fails where something never comes to its end. */
function check(name, run) {
  test(name, { timeout: 20_000 }, run);
}

function equal(name, place) {
  let page;
  let runs = 0;

  before(async () => {
    page = await (await browser.newContext()).newPage();
    await page.addInitScript({ path: here('../../tests/e2e/pages/clock.js') });
  });

  after(() => page?.context().close());

  /** A run of the backend of its own: what it has seen, and the options to reach it. */
  const newRun = () => {
    runs += 1;
    const prefix = `/run/equal-${name}-${runs}/64x3600`;
    const run = backend.run(`equal-${name}-${runs}`);
    return { run, options: { tokenEndpoint: `${prefix}/token`, revokeEndpoint: `${prefix}/revoke` } };
  };

  const load = async (query = '&held') => {
    await page.goto(`${backend.origin}/?client=${place}${query}`);
    await page.evaluate(() => import('/plain/page.js').then(() => {}));
  };

  beforeEach(() => load());

  check('callers at the same time share one request, and the next ones need none', async () => {
    const seen = await page.evaluate(async () => {
      const { grant, backend } = await stage.open();
      const before = grant.peek() ?? 'none';
      const tokens = await Promise.all(Array.from({ length: 50 }, () => grant.token()));
      return [before, ...new Set(tokens), await grant.token(), grant.peek(), backend.asked.length];
    });
    assert.deepEqual(seen, ['none', 'fake.1', 'fake.1', 'fake.1', 1]);
  });

  check('a grant is named by resource and scopes in any order', async () => {
    const seen = await page.evaluate(async () => {
      const { client, backend } = await stage.open();
      const grant = client.grant({ resource: 'https://api.example/a', scopes: ['b', 'a', 'b'] });
      const same = client.grant({ resource: new URL('https://api.example/a'), scopes: ['a', 'b'] });
      const other = client.grant({ resource: 'https://api.example/a', scopes: ['a'] });
      await Promise.all([grant.token(), same.token(), other.token()]);
      const [first, second] = backend.asked;
      return {
        same: grant === same,
        scopes: grant.scopes,
        asked: [first, second].map(({ resource, scope }) => [resource, scope]),
        names: first.session === second.session && first.session.length >= 32 && first.id !== second.id,
        requests: backend.asked.length,
      };
    });
    assert.deepEqual(seen, {
      same: true,
      scopes: ['a', 'b'],
      asked: [['https://api.example/a', 'a b'], ['https://api.example/a', 'a']],
      names: true,
      requests: 2,
    });
  });

  check('a token past its refresh point is handed out at once, and the next one is fetched behind it', async () => {
    const seen = await page.evaluate(async () => {
      const { grant, backend } = await stage.open();
      await grant.token();
      const refreshed = [];
      for (const wait of [16, 34]) {
        clock.wall += stage.minutes(wait);
        clock.monotonic += stage.minutes(wait);
        refreshed.push(await grant.token(), backend.asked.length);
      }
      await stage.settled();
      return [...refreshed, await grant.token(), backend.asked.length];
    });
    assert.deepEqual(seen, ['fake.1', 1, 'fake.1', 2, 'fake.2', 2]);
  });

  check('a timer refreshes a token that is in use', async () => {
    const seen = await page.evaluate(async () => {
      const { grant, backend } = await stage.open();
      await grant.token();
      for (let passed = 0; passed < 51 && backend.asked.length < 2; passed += 1) {
        await stage.pass(stage.minutes(1));
      }
      return [backend.asked.length, grant.peek()];
    });
    assert.deepEqual(seen, [2, 'fake.2']);
  });

  for (const [what, wall, monotonic] of [
    ['after a sleep, which only the wall clock sees', 120, 0],
    ['though the wall clock was set back', -120, 56],
  ]) {
    check(`a token that has expired is not handed out, ${what}`, async () => {
      const seen = await page.evaluate(
        async ([wall, monotonic]) => {
          const { grant, backend } = await stage.open();
          await grant.token();
          clock.wall += stage.minutes(wall);
          clock.monotonic += stage.minutes(monotonic);
          return [grant.peek() ?? 'none', await grant.token(), backend.asked.length];
        },
        [wall, monotonic],
      );
      assert.deepEqual(seen, ['none', 'fake.2', 2]);
    });
  }

  // Between 13 and 40 s after it came it is refreshed, at random, by downscope.
  check('a token that lives a minute serves its first thirteen seconds, and twenty see no third', async () => {
    const seen = await page.evaluate(async () => {
      const { grant, backend } = await stage.open();
      backend.answer = ({ access_token }) => ({ access_token, expires_in: '60' });
      const tokens = new Set();
      let early;
      for (let second = 0; second < 20; second += 1) {
        tokens.add(await grant.token());
        if (second === 12) early = [...tokens, backend.asked.length];
        await stage.pass(1_000);
      }
      return { early, asked: backend.asked.length };
    });
    assert.deepEqual(seen.early, ['fake.1', 1]);
    assert.ok(seen.asked <= 2, `${seen.asked} requests in twenty seconds`);
  });

  check('in an outage of five seconds at most four requests go out', async () => {
    const seen = await page.evaluate(async () => {
      const { grant, backend } = await stage.open();
      backend.answer = stage.refuse(503);
      const outcomes = [];
      for (let call = 0; call < 50; call += 1) {
        outcomes.push(stage.outcome(grant.token()));
        await stage.pass(100);
      }
      const requests = backend.asked.length;
      backend.answer = ({ access_token }) => ({ access_token, expires_in: 3_600 });
      await stage.pass(20_000);
      const codes = (await Promise.all(outcomes)).map((one) => one.code ?? 'token');
      const last = await grant.token();
      return { requests, codes: [...new Set(codes)].sort(), recovered: last.startsWith('fake.') };
    });
    assert.ok(seen.requests >= 2 && seen.requests <= 4, `${seen.requests} requests`);
    assert.ok(seen.codes.includes('unavailable'));
    assert.ok(seen.recovered);
  });

  check('one failure is kept from callers, and a second one is told', async () => {
    const seen = await page.evaluate(async () => {
      const { grant, backend } = await stage.open();
      backend.answer = stage.refuse(500);
      const lost = stage.outcome(grant.token());
      await stage.pass(1_000);
      backend.answer = ({ access_token }) => ({ access_token, expires_in: 3_600 });
      await stage.pass(2_000);
      const first = await lost;
      await grant.revoke();
      backend.answer = stage.refuse(500);
      const refused = stage.outcome(grant.token());
      await stage.pass(6_000);
      return [first, (await refused).code, (await refused).retryable];
    });
    assert.deepEqual(seen, ['fake.2', 'unavailable', true]);
  });

  check('Retry-After is heeded', async () => {
    const seen = await page.evaluate(async () => {
      const { grant, backend } = await stage.open();
      backend.answer = stage.refuse(429, { 'retry-after': '120' });
      const { code, retryAfter } = await stage.outcome(grant.token());
      await stage.pass(60_000);
      const refused = await stage.outcome(grant.token());
      const before = backend.asked.length;
      backend.answer = ({ access_token }) => ({ access_token, expires_in: 3_600 });
      await stage.pass(61_000);
      return [code, Math.round(retryAfter), refused.code, before, await grant.token()];
    });
    assert.deepEqual(seen, ['unavailable', 120_000, 'unavailable', 1, 'fake.2']);
  });

  check('a refusal is final until the app resumes', async () => {
    const seen = await page.evaluate(async () => {
      const { client, grant, backend } = await stage.open();
      backend.answer = stage.refuse(401);
      const codes = [];
      for (let call = 0; call < 3; call += 1) codes.push((await stage.outcome(grant.token())).code);
      const requests = backend.asked.length;
      backend.answer = ({ access_token }) => ({ access_token, expires_in: 3_600 });
      client.resume();
      return [...codes, requests, await grant.token()];
    });
    assert.deepEqual(seen, ['login_required', 'login_required', 'login_required', 1, 'fake.2']);
  });

  check('an answer that is no token response is an error', async () => {
    const codes = await page.evaluate(async () => {
      const answers = [{ expires_in: 60 }, { access_token: 'a b' }, { access_token: 'a', token_type: 'mac' }];
      const outcomes = answers.map(async (answer) => {
        const { grant, backend } = await stage.open();
        backend.answer = () => answer;
        return (await stage.outcome(grant.token({ timeout: 1_000 }))).code;
      });
      return Promise.all(outcomes);
    });
    assert.deepEqual(codes, ['invalid_response', 'invalid_response', 'invalid_response']);
  });

  check('a caller may give up, by its time or by its signal, and no other does with it', async () => {
    const seen = await page.evaluate(async () => {
      const { grant, backend } = await stage.open();
      let answer;
      backend.answer = () => new Promise((resolve) => (answer = resolve));
      const controller = new AbortController();
      const patient = grant.token();
      const hurried = stage.outcome(grant.token({ timeout: 1_000 }));
      const aborted = stage.outcome(grant.token({ signal: controller.signal }));
      controller.abort();
      await stage.pass(2_000);
      answer({ access_token: 'fake' });
      return [(await hurried).code, (await aborted).code, await patient, backend.asked.length];
    });
    assert.deepEqual(seen, ['timeout', 'aborted', 'fake', 1]);
  });

  check('a request that takes too long is given up, and another one is made', async () => {
    const seen = await page.evaluate(async () => {
      const { grant, backend } = await stage.open({ requestTimeout: 5_000 });
      backend.answer = () => new Promise(() => {});
      const waiting = grant.token();
      await stage.pass(5_500);
      backend.answer = ({ access_token }) => ({ access_token, expires_in: 3_600 });
      await stage.pass(3_000);
      return [await waiting, backend.asked.length];
    });
    assert.deepEqual(seen, ['fake.2', 2]);
  });

  check('minTtl and forceRefresh get another token', async () => {
    const seen = await page.evaluate(async () => {
      const { grant } = await stage.open();
      const first = await grant.token();
      await stage.pass(stage.minutes(31));
      return [first, await grant.token({ minTtl: stage.minutes(60) }), await grant.token({ forceRefresh: true })];
    });
    assert.deepEqual(seen, ['fake.1', 'fake.2', 'fake.3']);
  });

  check('fetch sends the token, and once more with another after a 401', async () => {
    const sent = [];
    await page.route('**/file', (route) => {
      sent.push(route.request().headers().authorization);
      const body = route.request().postData() ?? '';
      return route.fulfill({ status: sent.length === 2 ? 200 : 401, body });
    });
    const seen = await page.evaluate(async () => {
      const { grant, backend } = await stage.open();
      const first = await grant.fetch('/file', { method: 'POST', body: 'body' });
      const text = await first.text();
      // What is refused sooner costs no other token of ours.
      await stage.pass(stage.minutes(1));
      const last = await grant.fetch('/file');
      const other = await stage.outcome(grant.fetch('https://other.example/'));
      return [first.status, text, last.status, other.code, backend.asked.length];
    });
    await page.unroute('**/file');
    assert.deepEqual(seen, [200, 'body', 401, 'origin_not_allowed', 3]);
    assert.deepEqual(sent, ['Bearer fake.1', 'Bearer fake.2', 'Bearer fake.2', 'Bearer fake.3']);
  });

  check('a late 401 for an older token leaves the newer one alone', async () => {
    const seen = await page.evaluate(async () => {
      const { grant } = await stage.open();
      const old = await grant.token();
      const next = await grant.token({ forceRefresh: true });
      grant.reject(old);
      const kept = grant.peek() === next;
      grant.reject(next);
      return [kept, grant.peek() ?? 'none'];
    });
    assert.deepEqual(seen, [true, 'none']);
  });

  check('the endpoint is asked, and what it gave is revoked', async () => {
    const { run, options } = newRun();
    await load('');
    const seen = await page.evaluate(async (options) => {
      const { client, grant } = await stage.open(options);
      const other = client.grant({ scopes: ['other'] });
      const [token] = await Promise.all([grant.token(), other.token()]);
      const one = await grant.revoke();
      const all = await client.revokeAll();
      return [token.length, one, all, grant.peek() ?? 'none', await client.revokeAll()];
    }, options);
    const revoked = { tokens: 1, confirmed: true };
    assert.deepEqual(seen, [64, revoked, revoked, 'none', { tokens: 0, confirmed: true }]);
    assert.deepEqual([run.hits, run.revoked], [2, 2]);
  });

  check('a page that is left revokes what it holds', async () => {
    const { run, options } = newRun();
    await load('');
    await page.evaluate(async (options) => {
      const { client } = await stage.open(options);
      const grants = ['a', 'b', 'c'].map((scope) => client.grant({ scopes: [scope] }));
      await Promise.all(grants.map((grant) => grant.token()));
      await grants[0].token({ forceRefresh: true });
    }, options);
    await page.goto('about:blank');
    const deadline = performance.now() + 5_000;
    while (run.revoked < 4 && performance.now() < deadline) await new Promise((next) => setTimeout(next, 20));
    assert.equal(run.revoked, 4);
  });

  check('whoever waits while everything is revoked is told, and what arrives late is not kept', async () => {
    const seen = await page.evaluate(async () => {
      const { client, grant, backend } = await stage.open();
      let answer;
      backend.answer = () => new Promise((resolve) => (answer = resolve));
      const waiting = stage.outcome(grant.token());
      await Promise.resolve();
      const { tokens } = await client.revokeAll();
      answer({ access_token: 'late' });
      await stage.settled();
      return [(await waiting).code, tokens, grant.peek() ?? 'none'];
    });
    assert.deepEqual(seen, ['revoked', 0, 'none']);
  });

  check('beyond maxGrants the least recently used gives way, and can come back', async () => {
    const { run, options } = newRun();
    await load('');
    const seen = await page.evaluate(async (options) => {
      const { client } = await stage.open({ ...options, maxGrants: 2 });
      const [a, b, c] = ['a', 'b', 'c'].map((scope) => client.grant({ scopes: [scope] }));
      await a.token();
      await b.token();
      a.peek();
      await c.token();
      const held = [a, b, c].map((grant) => grant.peek() !== undefined);
      const back = await b.token();
      return [...held, back.length, a.peek() === undefined || c.peek() === undefined];
    }, options);
    assert.deepEqual(seen, [true, false, true, 64, true]);
    assert.equal(run.hits, 4);
  });

  check('a closed client holds nothing and says so', async () => {
    const seen = await page.evaluate(async () => {
      const { client, grant } = await stage.open();
      await grant.token();
      const { tokens } = await client.close();
      const again = await client.close();
      const { code } = await stage.outcome(grant.token());
      return [tokens, again.tokens, code, grant.peek() ?? 'none', client.closed];
    });
    assert.deepEqual(seen, [1, 1, 'closed', 'none', true]);
  });
}
