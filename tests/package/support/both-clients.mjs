// The client and its double of `downscope/testing`, each with a backend that does as it
// is told, so that one list of behaviours runs over both.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { packageDirectory } from './app.mjs';

export const REVOKE = 'https://app.example/revoke';

const entry = (name) => import(pathToFileURL(join(packageDirectory, `${name}.js`)));

/** By name: the module, and a way to make a client with the backend that the lists speak to. */
export const KINDS = {
  downscope: { module: await entry('index'), make: real },
  'downscope/testing': { module: await entry('testing'), make: double },
};

async function real(options) {
  const answers = [];
  const open = [];
  const requests = [];
  let isHolding = false;
  let count = 0;
  let respond = () => new Response();
  let refusals = 0;
  const next = () => answers.shift() ?? (() => ({ access_token: `test-token-${(count += 1)}` }));
  const answer = (one) => (open.length ? open.shift()(one) : answers.push(one));
  const getToken = async ({ resource, scope }) => {
    requests.push({ resource, scopes: scope.split(' ') });
    const wait = isHolding && !answers.length ? new Promise((resolve) => open.push(resolve)) : next();
    return (await wait)();
  };
  const former = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    if (input === REVOKE) return new Response(null, { status: 204 });
    if (refusals > 0) {
      refusals -= 1;
      return new Response(null, { status: 401 });
    }
    return respond(input, init);
  };
  const client = await KINDS.downscope.module.createTokenClient({ getToken, ...options });
  const backend = {
    requests,
    give: (token, { expiresIn = 3_600_000, scopes } = {}) =>
      answer(() => ({ access_token: token, expires_in: expiresIn / 1000, scope: scopes?.join(' ') })),
    fail: (code, { status } = {}) =>
      answer(() => {
        throw Object.assign(new Error('told to'), { status });
      }),
    hold: () => (isHolding = true),
    release: () => {
      isHolding = false;
      for (const one of open.splice(0)) one(next());
    },
    respond: (given) => (respond = given),
    refuse: (times = 1) => (refusals += times),
  };
  return { client, backend, end: () => (globalThis.fetch = former) };
}

async function double(options) {
  const { createTokenClient } = KINDS['downscope/testing'].module;
  const client = await createTokenClient({ getToken: () => ({ access_token: 'unused' }), ...options });
  return { client, backend: client.backend, end: () => {} };
}
