// Clients and grants in the state of an app: libraries wrap what is put there in
// a `Proxy`, or copy it, and call its methods through what they made.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { reactive, readonly, shallowReactive } from '@vue/reactivity';
import { proxy, snapshot } from 'valtio/vanilla';

import { packageDirectory } from './support/app.mjs';

const { createTokenClient } = await import(pathToFileURL(join(packageDirectory, 'index.js')));

/** What a library may make of an object. */
const WAYS = {
  'a plain Proxy': (object) => new Proxy(object, {}),
  'a Proxy of a Proxy': (object) => new Proxy(new Proxy(object, {}), {}),
  'a Proxy that reads by way of Reflect': (object) =>
    new Proxy(object, { get: (target, name, receiver) => Reflect.get(target, name, receiver) }),
  'an object that inherits from it': (object) => Object.create(object),
  'a copy of its fields with its prototype': (object) =>
    Object.create(Object.getPrototypeOf(object), Object.getOwnPropertyDescriptors(object)),
  'reactive() of Vue': (object) => reactive({ object }).object,
  'shallowReactive() of Vue': (object) => shallowReactive({ object }).object,
  'readonly() of Vue': (object) => readonly({ object }).object,
  'proxy() of Valtio': (object) => proxy({ object }).object,
  'snapshot() of Valtio': (object) => snapshot(proxy({ object })).object,
};

/** Each member of a grant, and what it gives. */
const OF_GRANT = {
  resource: async (grant) => assert.equal(grant.resource, 'https://api.example/'),
  scopes: async (grant) => assert.deepEqual(grant.scopes, ['read']),
  token: async (grant) => assert.match(await grant.token(), /^FAKE-/),
  peek: async (grant) => {
    const token = await grant.token();
    assert.equal(grant.peek(), token);
  },
  state: async (grant) => {
    await grant.token();
    assert.equal(grant.state.status, 'valid');
  },
  fetch: async (grant) => {
    const elsewhere = grant.fetch('https://elsewhere.example/');
    await assert.rejects(elsewhere, { code: 'origin_not_allowed' });
  },
  reject: async (grant) => {
    grant.reject(await grant.token());
    assert.equal(grant.peek(), undefined);
  },
  revoke: async (grant) => {
    await grant.token();
    assert.deepEqual(await grant.revoke(), { tokens: 1, confirmed: false });
  },
  addEventListener: hears,
  removeEventListener: isDeaf,
  dispatchEvent: dispatches,
};

/** Each member of a client. */
const OF_CLIENT = {
  grant: async (client, real) => assert.equal(client.grant(GRANT), real.grant(GRANT)),
  closed: async (client) => assert.equal(client.closed, false),
  resume: async (client) => assert.equal(client.resume(), undefined),
  revokeAll: async (client) => assert.equal((await client.revokeAll()).confirmed, true),
  addEventListener: hears,
  removeEventListener: isDeaf,
  dispatchEvent: dispatches,
  close: async (client, real) => {
    assert.equal(client.close(), client.close());
    assert.equal(real.closed, true);
  },
  [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]: async (client, real) => {
    await client[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]();
    assert.equal(real.closed, true);
  },
};

const GRANT = { resource: 'https://api.example/', scopes: ['read'] };

let sample;
before(async () => {
  sample = await open();
});
after(() => sample.close());

test('every member of a client and of a grant is called here', () => {
  const named = (members) => Reflect.ownKeys(members).map(String).sort();
  assert.deepEqual(named(OF_CLIENT), membersOf(sample));
  assert.deepEqual(named(OF_GRANT), membersOf(sample.grant(GRANT)));
});

for (const [way, wrap] of Object.entries(WAYS)) {
  test(`a client and a grant have all their members as ${way}`, async () => {
    for (const member of Reflect.ownKeys(OF_GRANT)) {
      await withClient(async (client) => {
        const grant = client.grant(GRANT);
        await OF_GRANT[member](wrap(grant), grant);
      });
    }
    for (const member of Reflect.ownKeys(OF_CLIENT)) {
      await withClient((client) => OF_CLIENT[member](wrap(client), client));
    }
  });
}

async function withClient(action) {
  const client = await open();
  try {
    await action(client);
  } finally {
    await client.close();
  }
}

function open() {
  let tokens = 0;
  return createTokenClient({ getToken: () => ({ access_token: `FAKE-${(tokens += 1)}`, expires_in: 3600 }) });
}

async function hears(wrapped, real) {
  let heard = 0;
  wrapped.addEventListener('refreshed', () => (heard += 1));
  real.dispatchEvent(new Event('refreshed'));
  assert.equal(heard, 1);
}

async function isDeaf(wrapped, real) {
  let heard = 0;
  const listener = () => (heard += 1);
  real.addEventListener('refreshed', listener);
  wrapped.removeEventListener('refreshed', listener);
  real.dispatchEvent(new Event('refreshed'));
  assert.equal(heard, 0);
}

async function dispatches(wrapped, real) {
  let heard = 0;
  real.addEventListener('refreshed', ({ target }) => (heard += target === real));
  assert.equal(wrapped.dispatchEvent(new Event('refreshed')), true);
  assert.equal(heard, 1);
}

/** The names that an object answers to, those of an `EventTarget` included, down to `Object`. */
function membersOf(object) {
  const names = new Set();
  for (let one = Object.getPrototypeOf(object); one !== Object.prototype; one = Object.getPrototypeOf(one)) {
    for (const name of Reflect.ownKeys(one)) names.add(name);
  }
  // Node prints by symbols of its own.
  const isOurs = (name) => typeof name === 'string' || /asyncDispose/.test(String(name));
  return [...names].filter((name) => name !== 'constructor' && isOurs(name)).map(String).sort();
}
