// `downscope/testing` does what the client does: the same behaviours, run over both.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { packageDirectory } from './support/app.mjs';
import { KINDS, REVOKE } from './support/both-clients.mjs';
import { runInApp } from './support/run.mjs';

const RESOURCE = 'https://api.example/files/1';
const WANTED = { resource: RESOURCE, scopes: ['write', 'read', 'write'] };

/** Each gives what both kinds have to give. */
const BEHAVIOURS = {
  'the same resource and scopes give the same grant': ({ client }) => {
    const grant = client.grant(WANTED);
    const same = client.grant({ resource: new URL(RESOURCE), scopes: ['read', 'write'] });
    return [grant === same, grant.resource, grant.scopes, Object.isFrozen(grant.scopes)];
  },

  'all who ask at once share one request': async ({ client, backend }) => {
    const grant = client.grant(WANTED);
    const before = grant.peek();
    const tokens = await Promise.all([grant.token(), grant.token(), grant.token()]);
    return [before, tokens, grant.peek(), backend.requests];
  },

  'the state goes from empty to fetching to valid': async ({ client, backend }) => {
    const grant = client.grant(WANTED);
    const states = [grant.state];
    backend.hold();
    const token = grant.token();
    states.push(grant.state);
    await waitFor(() => backend.requests.length);
    backend.give('FAKE-1', { expiresIn: 1_800_000, scopes: ['read'] });
    await token;
    const { issuedAt, expiresAt, ...valid } = grant.state;
    return [...states, { ...valid, refreshAt: typeof valid.refreshAt }, expiresAt - issuedAt];
  },

  'a refreshed token is forced, and told as an event': async ({ client, backend }) => {
    const grant = client.grant(WANTED);
    const events = eventsOf(grant, client);
    const first = await grant.token();
    backend.give('FAKE-2');
    const forced = await grant.token({ forceRefresh: true });
    return [first, forced, grant.peek(), events];
  },

  'only the held token can be rejected': async ({ client, backend }) => {
    const grant = client.grant(WANTED);
    const held = await grant.token();
    grant.reject('another');
    const still = grant.peek();
    grant.reject(held);
    const after = grant.peek();
    return [still, after, await grant.token(), backend.requests.length];
  },

  'fetch sends the token beside the headers that it is given': async ({ client, backend }) => {
    const sent = [];
    backend.respond((input, init) => {
      sent.push([input, init.method, init.headers]);
      return new Response('body');
    });
    const response = await client.grant(WANTED).fetch(`${RESOURCE}/content`, { method: 'PUT', headers: { 'X-Own': '1' } });
    return [await response.text(), sent];
  },

  'a 401 is answered with the next token, once': async ({ client, backend }) => {
    const sent = [];
    backend.respond((_, { headers }) => {
      sent.push(headers.authorization);
      return new Response();
    });
    const grant = client.grant(WANTED);
    backend.refuse();
    const first = await grant.fetch(RESOURCE);
    return [first.status, sent, backend.requests.length];
  },

  'a second 401 is handed on': async ({ client, backend }) => {
    backend.refuse(2);
    const response = await client.grant(WANTED).fetch(RESOURCE);
    return [response.status, backend.requests.length];
  },

  'a 401 that no other token would mend is handed on': async ({ client, backend }) => {
    const headers = { 'www-authenticate': 'Bearer error="insufficient_scope"' };
    backend.respond(() => new Response(null, { status: 401, headers }));
    const response = await client.grant(WANTED).fetch(RESOURCE);
    return [response.status, backend.requests.length];
  },

  'no token goes to another origin': async ({ client, backend }) => {
    const grant = client.grant(WANTED);
    return [await outcome(grant.fetch('https://elsewhere.example/')), backend.requests.length];
  },

  'allowed origins take the place of the own one': async ({ client }) => {
    const grant = client.grant(WANTED);
    return [await outcome(grant.fetch(RESOURCE)), (await grant.fetch('https://cdn.example/')).status];
  },

  'a revoke says what became of the tokens': async ({ client }) => {
    const grant = client.grant(WANTED);
    const nothing = await grant.revoke();
    const events = eventsOf(grant, client);
    await grant.token();
    const some = await grant.revoke();
    return [nothing, some, grant.peek(), grant.state, await grant.token(), events];
  },

  'without a revoke endpoint nothing is confirmed': async ({ client }) => {
    await client.grant(WANTED).token();
    return client.revokeAll();
  },

  'a sign-out drops the tokens of all grants': async ({ client }) => {
    const grants = [client.grant(WANTED), client.grant({ scopes: ['read'] }), client.grant({ scopes: ['none'] })];
    await grants[0].token();
    await grants[1].token();
    const events = eventsOf(client);
    return [await client.revokeAll({ everyTab: false }), events];
  },

  'who waits when the grant is revoked is told so': async ({ client, backend }) => {
    backend.hold();
    const grant = client.grant(WANTED);
    const token = outcome(grant.token());
    await waitFor(() => backend.requests.length);
    const revoking = grant.revoke();
    return [await token, grant.state.status, (await revoking).tokens];
  },

  'an end that the app wants is told to who has asked, though there is no token': async ({ client, backend }) => {
    const grant = client.grant(WANTED);
    const events = eventsOf(grant);
    await grant.revoke();
    const untold = events.length;
    backend.fail('access_denied', { status: 403 });
    const failed = await outcome(grant.token());
    const revoked = await grant.revoke();
    await client.revokeAll();
    return [untold, failed, revoked, events];
  },

  'a 401 that arrives after a revoke is handed on': async ({ client, backend }) => {
    const grant = client.grant(WANTED);
    for (const end of [() => grant.revoke(), () => client.revokeAll()]) {
      backend.respond(async () => {
        await end();
        return new Response(null, { status: 401 });
      });
      const { status } = await grant.fetch(RESOURCE);
      if (status !== 401) return status;
    }
    return backend.requests.length;
  },

  'a closed client is over': async ({ client, backend }) => {
    const grant = client.grant(WANTED);
    await grant.token();
    backend.hold();
    const waiting = outcome(client.grant({ scopes: ['read'] }).token());
    const closing = client.close();
    const again = client.close();
    return [
      client.closed,
      await closing,
      (await again).tokens,
      await waiting,
      grant.state,
      grant.peek(),
      await outcome(grant.token()),
      await outcome(grant.fetch(RESOURCE)),
      client.grant(WANTED) === grant,
    ];
  },

  'a client that is closed confirms nothing, and a null is no init': async ({ client }) => {
    const grant = client.grant(WANTED);
    const { status } = await grant.fetch(RESOURCE, null);
    await client.close();
    return [status, await client.revokeAll()];
  },

  'what is refused for good stays so until resume()': async ({ client, backend }) => {
    const grant = client.grant(WANTED);
    const events = eventsOf(grant, client);
    backend.fail('login_required', { status: 401 });
    const outcomes = [await outcome(grant.token()), grant.state, await outcome(grant.token())];
    const asked = backend.requests.length;
    client.resume();
    return [...outcomes, asked, await grant.token(), grant.state.error, events];
  },

  'a failure behind a token that is still valid shows in state': async ({ client, backend }) => {
    const grant = client.grant(WANTED);
    await grant.token();
    backend.fail('access_denied', { status: 403 });
    const failed = await outcome(grant.token({ forceRefresh: true }));
    return [failed, grant.state.status, grant.state.error, grant.peek()];
  },

  'an aborted caller is told the reason, and no other': async ({ client, backend }) => {
    backend.hold();
    const grant = client.grant(WANTED);
    const controller = new AbortController();
    const aborted = outcome(grant.token({ signal: controller.signal }));
    const other = grant.token();
    await waitFor(() => backend.requests.length);
    controller.abort('enough');
    backend.give('FAKE-1');
    return [await aborted, await outcome(grant.token({ signal: AbortSignal.abort('before') })), await other];
  },

  'an aborted fetch rejects with the reason': async ({ client, backend }) => {
    backend.hold();
    const controller = new AbortController();
    const fetched = client.grant(WANTED).fetch(RESOURCE, { signal: controller.signal });
    controller.abort('enough');
    return fetched.catch((reason) => reason);
  },

  'who waits too long is told so': async ({ client, backend }) => {
    backend.hold();
    return outcome(client.grant(WANTED).token({ timeout: 5 }));
  },

  'misuse is refused by name': async ({ client, make }) => [
    ...[{ scopes: [] }, { scopes: ['a b'] }, { scopes: ['"'] }, { resource: '/relative', scopes: ['a'] }, { scopes: ['a'], more: 1 }]
      .map((options) => {
        try {
          return client.grant(options);
        } catch ({ code, message }) {
          return { code, message };
        }
      }),
    await outcome(client.grant(WANTED).token({ timeout: '5' })),
    await outcome(make({ refreshLeed: 1 })),
    await outcome(make({ tokenEndpoint: 'https://app.example/token' })),
  ],

  'both work through a proxy': async ({ client }) => {
    const grant = new Proxy(client, {}).grant(WANTED);
    const wrapped = new Proxy(grant, {});
    return [await wrapped.token(), wrapped.peek(), wrapped.state.status, wrapped.scopes];
  },
};

/** Options of those behaviours that are about one. */
const OPTIONS = {
  'allowed origins take the place of the own one': { allowedOrigins: ['https://cdn.example'] },
  'without a revoke endpoint nothing is confirmed': { revokeEndpoint: undefined },
};

for (const [name, behave] of Object.entries(BEHAVIOURS)) {
  test(`${name}, in both`, async () => {
    const [expected, given] = await Promise.resolve().then(async () => {
      const outcomes = [];
      for (const { make } of Object.values(KINDS)) outcomes.push(await run(make, name, behave));
      return outcomes;
    });
    assert.deepEqual(given, expected);
  });
}

test('both have the same members, but for the hand on the backend', async () => {
  const kinds = await Promise.all(Object.values(KINDS).map(({ make }) => make({})));
  const [[client, grant], [double, doubled]] = kinds.map(({ client }) => [client, client.grant(WANTED)].map(membersOf));
  assert.deepEqual(double, [...client, 'backend'].sort());
  assert.deepEqual(doubled, grant);
  for (const { client, end } of kinds) {
    await client.close();
    end();
  }
});

test('both entries export the same names, and the double createTestClient and initialize as well', () => {
  const [real, double] = Object.values(KINDS).map(({ module }) => Object.keys(module));
  assert.deepEqual(double.sort(), [...real, 'createTestClient', 'initialize'].sort());
});

test('both throw and dispatch the same classes', () => {
  const [real, double] = Object.values(KINDS).map(({ module }) => module);
  for (const name of ['TokenError', 'TokenEvent', 'isTokenError', 'fixedToken']) assert.equal(double[name], real[name], name);
});

test('what happens by hand is told as it happens', async () => {
  const { client, backend } = await KINDS['downscope/testing'].make({});
  const grant = client.grant(WANTED);
  await grant.token();
  const events = eventsOf(grant);
  await backend.refresh(grant);
  backend.expire(grant);
  assert.equal(grant.state.status, 'empty');
  await grant.token();
  backend.recall(grant);
  backend.emit('error', { error: 'of the test' }, grant);
  const told = events.map(([type, { reason, error }]) => reason ?? error ?? type);
  assert.deepEqual(told, ['expiring', 'refreshed', 'expired', 'refreshed', 'recalled', 'of the test']);
});

test('a recall ends no follower, nor does a failure that an event has begun to get over', async () => {
  const { client, backend } = await KINDS['downscope/testing'].make({});
  const grant = client.grant(WANTED);
  const pushed = [];
  const { follow } = await import(pathToFileURL(join(packageDirectory, 'adapters.js')));
  const followed = follow(grant, (token) => pushed.push(token));
  await waitFor(() => pushed.length === 1);
  backend.recall(grant);
  await waitFor(() => pushed.length === 2);
  await backend.refresh(grant);
  await waitFor(() => pushed.length === 3);
  await grant.revoke();
  await followed;

  backend.fail('unavailable', { status: 503 });
  const next = new Promise((resolve) => {
    grant.addEventListener('error', () => resolve(grant.token()), { once: true });
  });
  assert.equal((await outcome(grant.token())).code, 'unavailable');
  assert.match(await next, /^test-token/);
});

test('a request that was revoked takes no answer from the one that came after it', async () => {
  const { client, backend } = await KINDS['downscope/testing'].make({});
  const grant = client.grant(WANTED);
  backend.hold();
  const first = outcome(grant.token());
  await grant.revoke();
  const second = grant.token();
  backend.give('FAKE-1');
  assert.deepEqual([(await first).code, await second], ['revoked', 'FAKE-1']);
});

test('resume() forgets a failure that would have been tried again, too', async () => {
  const { client, backend } = await KINDS['downscope/testing'].make({});
  const grant = client.grant(WANTED);
  backend.fail('unavailable', { status: 503 });
  assert.equal((await outcome(grant.token())).code, 'unavailable');
  client.resume();
  assert.deepEqual([grant.state.status, grant.state.error], ['empty', undefined]);
});

test('time that passes ends a token', async () => {
  const { client, backend } = await KINDS['downscope/testing'].make({});
  const grant = client.grant(WANTED);
  backend.give('FAKE-1', { expiresIn: 1 });
  await grant.token();
  await waitFor(() => grant.peek() === undefined);
  assert.notEqual(await grant.token(), 'FAKE-1');
});

test('it needs nothing that unit tests lack', async () => {
  const output = await runInApp(`
    const LACKING = ['TextDecoder', 'TextEncoder', 'DecompressionStream', 'fetch', 'Response', 'crypto', 'WebAssembly', 'BroadcastChannel'];
    for (const name of LACKING) delete globalThis[name];
    const { createTokenClient } = await import('downscope/testing');
    const client = await createTokenClient({ tokenEndpoint: '/api/token', revokeEndpoint: '/api/revoke' });
    const grant = client.grant({ resource: 'https://api.example/', scopes: ['read'] });
    client.backend.refuse();
    const { status } = await grant.fetch('https://api.example/1');
    console.log(status, await grant.token(), (await client.close()).confirmed);
  `);
  assert.equal(output, '200 test-token-2 true');
});

async function run(make, name, behave) {
  const made = await make({ revokeEndpoint: REVOKE, ...OPTIONS[name] });
  try {
    return await behave({ ...made, make });
  } finally {
    await made.client.close();
    made.end();
  }
}

/** What a promise rejects with, as far as it is the same wherever it comes from. */
function outcome(promise) {
  return promise.then(
    () => 'fulfilled',
    ({ name, code, message, retryable, status, cause }) => ({ name, code, message, retryable, status, cause: String(cause) }),
  );
}

/** Types and details of events, in their order, in a list that grows. */
function eventsOf(...targets) {
  const events = [];
  for (const target of targets) {
    for (const type of ['refreshed', 'expiring', 'expired', 'revoked', 'error']) {
      target.addEventListener(type, ({ type, detail }) => {
        const { expiresAt, error, ...rest } = detail;
        events.push([type, { ...rest, ...(expiresAt && { expiresAt: typeof expiresAt }), ...(error && { error: error.code ?? error }) }]);
      });
    }
  }
  return events;
}

function membersOf(object) {
  const members = [];
  for (let one = object; one && one !== EventTarget.prototype; one = Object.getPrototypeOf(one)) {
    members.push(...Object.getOwnPropertyNames(one));
  }
  return [...new Set(members)].sort();
}

/** Turns of the event loop until it is so; the runner's own limit ends it. */
async function waitFor(isSo) {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
