// Options of the client, of grants and of calls: the wrong ones are refused by
// name, the right ones do what they say.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setUp } from './support/page.mjs';

const stage = setUp();

test('a wrong option of the client is refused by its name', async () => {
  const errors = await stage.page.evaluate(async () => {
    const right = { tokenEndpoint: '/api/token' };
    const getToken = () => ({ access_token: 'abc' });
    const wrong = {
      tokenEndPoint: { ...right, tokenEndPoint: '/api/token' },
      tokenEndpoint: {},
      'getToken': { ...right, getToken },
      'getToken ': { getToken: '/api/token' },
      'tokenEndpoint ': { tokenEndpoint: 42 },
      ' tokenEndpoint': { tokenEndpoint: 'http://app.example/api/token' },
      revokeEndpoint: { ...right, revokeEndpoint: 'http://app.example/api/revoke' },
      headers: { ...right, headers: 'X-Downscope: 1' },
      revokeHeaders: { ...right, revokeHeaders: 'X-Downscope: 1' },
      credentials: { ...right, credentials: 'always' },
      refreshLead: { ...right, refreshLead: 600 },
      expiryMargin: { ...right, expiryMargin: -1 },
      maxAge: { ...right, maxAge: '3600' },
      timeout: { ...right, timeout: Number.NaN },
      requestTimeout: { ...right, requestTimeout: null },
      maxGrants: { ...right, maxGrants: 0 },
      allowedOrigins: { ...right, allowedOrigins: ['https://api.example/files'] },
      'allowedOrigins ': { ...right, allowedOrigins: '*' },
      app: { ...right, app: '' },
      deferred: { ...right, deferred: 'yes' },
      leaseEndpoint: { ...right, leaseEndpoint: 'http://app.example/api/lease' },
      revokeOn: { ...right, revokeOn: 'unload' },
    };
    const errors = {};
    for (const [name, options] of Object.entries(wrong)) {
      const creating = fixture.createTokenClient(options);
      errors[name] = (await fixture.outcome(creating)).error;
    }
    for (const options of [undefined, null, 'options', 42]) {
      const creating = fixture.createTokenClient(options);
      errors[` options ${options}`] = (await fixture.outcome(creating)).error;
    }
    return errors;
  });
  for (const [name, error] of Object.entries(errors)) {
    assert.equal(error?.name, 'TokenError', name);
    assert.equal(error.code, 'invalid_options', name);
    assert.equal(error.retryable, false, name);
    assert.ok(error.message.includes(name.trim().split(' ')[0]), `${name}: ${error.message}`);
  }
});

test('a wrong option of a grant or of a call is refused by its name', async () => {
  const { page, server } = stage;
  const errors = await page.evaluate(async () => {
    const client = await fixture.open();
    const grantWith = async (options) => client.grant(options);
    const scopes = ['base_preview'];
    const resource = fixture.fileUrl('101');
    const grant = client.grant({ resource, scopes });
    const wrong = {
      'scopes 1': grantWith({ resource }),
      'scopes 2': grantWith({ resource, scopes: [] }),
      'scopes 3': grantWith({ resource, scopes: 'base_preview' }),
      'scopes 4': grantWith({ resource, scopes: ['base_preview item_download'] }),
      'resource 1': grantWith({ resource: '/2.0/files/101', scopes }),
      'resource 2': grantWith({ resource: `${resource}#page=2`, scopes }),
      'scope 1': grantWith({ resource, scope: 'base_preview' }),
      'signal 1': grant.token({ signal: {} }),
      'timeout 1': grant.token({ timeout: 0 }),
      'minTtl 1': grant.token({ minTtl: 60 }),
      'forceRefresh 1': grant.token({ forceRefresh: 'yes' }),
      'fresh 1': grant.token({ fresh: true }),
      'everyTab 1': client.revokeAll({ everyTab: 1 }),
      'everytab 1': client.revokeAll({ everytab: true }),
    };
    const errors = {};
    for (const [name, promise] of Object.entries(wrong)) {
      errors[name] = (await fixture.outcome(promise)).error;
    }
    return errors;
  });
  for (const [name, error] of Object.entries(errors)) {
    assert.equal(error?.code, 'invalid_options', name);
    assert.ok(error.message.includes(`\`${name.split(' ')[0]}\``), `${name}: ${error.message}`);
  }
  assert.equal((await server.ledger()).requests.token, 0);
});

test('URLs can be given as URL objects', async () => {
  const token = await stage.page.evaluate(async () => {
    const client = await fixture.open({
      tokenEndpoint: new URL('/api/token', location.href),
      revokeEndpoint: new URL('/api/revoke', location.href),
    });
    const resource = new URL(fixture.fileUrl('101'));
    const grant = client.grant({ resource, scopes: ['base_preview'] });
    return grant.token();
  });
  assert.match(token, /^[0-9a-f]{40}$/);
});

test('without the header that the backend wants there is no token', async () => {
  const { error } = await stage.page.evaluate(async () => {
    const grant = await fixture.openGrant({ headers: undefined });
    return fixture.outcome(grant.token());
  });
  assert.equal(error.code, 'access_denied');
});

for (const kind of ['an object', 'a function', 'an async function']) {
  test(`headers can be ${kind}`, async () => {
    const token = await stage.page.evaluate(async (kind) => {
      const record = { 'X-Downscope': '1' };
      const headers = {
        'an object': record,
        'a function': () => record,
        'an async function': async () => record,
      }[kind];
      const grant = await fixture.openGrant({ headers });
      return grant.token();
    }, kind);
    assert.match(token, /^[0-9a-f]{40}$/);
  });
}

test('a function for headers is called for each request', async () => {
  const calls = await stage.page.evaluate(async () => {
    let calls = 0;
    const headers = () => ({ 'X-Downscope': '1', 'X-Call': String((calls += 1)) });
    const grant = await fixture.openGrant({ headers });
    await grant.token();
    await grant.token({ forceRefresh: true });
    return calls;
  });
  assert.equal(calls, 2);
});

test('a function for headers that gives nonsense or throws fails the call, not the page', async () => {
  const [nonsense, thrown] = await stage.page.evaluate(async () => {
    const failing = [
      () => ({ 'not a name': 'x' }),
      () => {
        throw Object.assign(new Error('no CSRF token'), { retryable: false });
      },
    ];
    const outcomes = [];
    for (const headers of failing) {
      const grant = await fixture.openGrant({ headers });
      outcomes.push(await fixture.outcome(grant.token()));
    }
    return outcomes;
  });
  assert.equal(nonsense.error.code, 'invalid_options');
  assert.match(nonsense.error.message, /headers/);
  assert.equal(thrown.error.code, 'request_refused');
});

test('getToken gets the request and a signal, and may answer with an object or a Response', async () => {
  const { page, server } = stage;
  const { requests, tokens } = await page.evaluate(async () => {
    const answer = { access_token: 'FAKE-by-hand', expires_in: 3600, token_type: 'bearer' };
    const answers = [answer, Promise.resolve(answer), Response.json(answer)];
    const requests = [];
    const tokens = [];
    const getToken = (request, { signal }) => {
      requests.push({ ...request, signal: signal instanceof AbortSignal && !signal.aborted });
      return answers[requests.length - 1];
    };
    const grant = await fixture.openGrant({ getToken, revokeEndpoint: undefined });
    for (const _ of answers) tokens.push(await grant.token({ forceRefresh: true }));
    return { requests, tokens };
  });
  assert.deepEqual(tokens, Array(3).fill('FAKE-by-hand'));
  const [first, second] = requests;
  assert.equal(first.resource, `${server.api}/2.0/files/101`);
  assert.equal(first.scope, 'base_preview item_download');
  assert.match(first.session, /^[0-9a-f]{32}$/);
  assert.equal(first.session, second.session);
  assert.notEqual(first.id, second.id);
  assert.ok(requests.every(({ signal }) => signal));
});

test('what getToken throws counts as a failure, and its fields are honoured', async () => {
  const errors = await stage.page.evaluate(async () => {
    const fields = [
      { status: 401 },
      { status: 403 },
      { retryable: false },
      { status: 503, retryAfter: 9_000 },
      {},
    ];
    const errors = [];
    for (const one of fields) {
      const getToken = async () => {
        throw Object.assign(new Error('words of the app'), one);
      };
      const grant = await fixture.openGrant({ getToken });
      const { error } = await fixture.outcome(grant.token({ timeout: 500 }));
      errors.push(error);
      // A fifth try for the same grant would have to wait.
      fixture.advance(5_000);
    }
    return errors;
  });
  assert.deepEqual(
    errors.map(({ code, retryable }) => [code, retryable]),
    [
      ['login_required', false],
      ['access_denied', false],
      ['request_refused', false],
      ['unavailable', true],
      ['network', true],
    ],
  );
  assert.equal(errors[3].retryAfter, 9_000);
  for (const { message } of errors) assert.doesNotMatch(message, /words of the app/);
});

test('getToken may throw anything at all, and at once', async () => {
  const codes = await stage.page.evaluate(async () => {
    const codes = [];
    for (const thrown of [undefined, null, 'text', 42, Symbol('x'), Object.create(null)]) {
      const getToken = () => {
        throw thrown;
      };
      const grant = await fixture.openGrant({ getToken });
      codes.push((await fixture.outcome(grant.token({ timeout: 500 }))).error.code);
      fixture.advance(5_000);
    }
    return codes;
  });
  assert.deepEqual(codes, Array(6).fill('network'));
});

test('the signal of getToken fires when its answer is no longer wanted', async () => {
  const aborted = await stage.page.evaluate(async () => {
    let signal;
    const getToken = (_, context) => {
      signal = context.signal;
      return new Promise(() => {});
    };
    const grant = await fixture.openGrant({ getToken });
    const waiting = fixture.outcome(grant.token());
    await grant.revoke();
    await waiting;
    return signal.aborted;
  });
  assert.equal(aborted, true);
});

test('fixedToken hands out its token, and warns in the console', async () => {
  const { token, late, said } = await stage.page.evaluate(async () => {
    const said = [];
    for (const type of ['debug', 'log', 'info', 'warn', 'error']) {
      console[type] = (...words) => said.push([type, words.join(' ')]);
    }
    const getToken = fixture.fixedToken('FAKE-developer-token', { expiresIn: 60_000 });
    const grant = await fixture.openGrant({ getToken, revokeEndpoint: undefined });
    const token = await grant.token();
    fixture.advance(61_000);
    return { token, late: await fixture.outcome(grant.token()), said };
  });
  assert.equal(token, 'FAKE-developer-token');
  assert.equal(late.error.code, 'login_required');
  const [[type, text], ...more] = said;
  assert.equal(type, 'warn');
  assert.match(text, /fixedToken\(\) is for development only/);
  assert.doesNotMatch(text, /FAKE-developer-token/);
  assert.deepEqual(more, []);
});

test('an error of this package is known by isTokenError', async () => {
  const known = await stage.page.evaluate(async () => {
    const error = await fixture.createTokenClient({}).catch((error) => error);
    return [
      fixture.isTokenError(error),
      error instanceof fixture.TokenError && error instanceof Error,
      fixture.isTokenError(new Error('x')),
      fixture.isTokenError(undefined),
    ];
  });
  assert.deepEqual(known, [true, true, false, false]);
});
