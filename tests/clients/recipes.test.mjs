// The recipes of docs/guide/adapters.md and box.md with the clients that they are for: type-checked against
// their declarations, and run.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { openClient } from '../package/support/client.mjs';
import { startApi } from './support/api.mjs';
import { installPackage, recipe } from './support/recipes.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

let api;
let client;
let grant;
let requests;
before(async () => {
  await installPackage();
  // What those who speak GraphQL understand; to others it is any JSON.
  api = await startApi({ data: { hero: { __typename: 'Hero', name: 'Ada' } } });
});
after(() => api?.close());
beforeEach(async () => {
  api.refused.clear();
  api.seen.length = 0;
  ({ client, requests } = await openClient());
  grant = client.grant({ resource: `${api.origin}/`, scopes: ['read'] });
});
afterEach(() => client.close());

test('every recipe is in the documentation as it is here', async () => {
  const guides = ['adapters', 'box'].map((name) => readFile(here(`../../docs/guide/${name}.md`), 'utf8'));
  const documentation = (await Promise.all(guides)).join('');
  for (const name of await readdir(here('recipes'))) {
    const text = await readFile(here(`recipes/${name}`), 'utf8');
    const shown = text.replaceAll(/^ *\/\*\* @param .*\n/gm, '').trim();
    assert.ok(documentation.includes(shown), name);
  }
});

test('every recipe fits the declarations of its client', async () => {
  const tsc = here('../../node_modules/typescript/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '--project', here('tsconfig.json')]).catch((error) => error);
  assert.equal(stdout, '');
});

const QUERY = 'query { hero { name } }';

/** Those that take a `fetch`: each sends one request to the API. */
const FETCHING = {
  axios: async () => (await recipe('axios')).axiosWith(grant).post('/', { a: 1 }),
  ky: async () => (await recipe('ky')).kyWith(grant).post(`${api.origin}/`, { json: { a: 1 } }),
  'openapi-fetch': async () => (await recipe('openapi-fetch')).openapiWith(grant).POST('/', { body: { a: 1 } }),
  Apollo: async () => {
    const { gql } = await import('@apollo/client');
    return (await recipe('apollo')).apolloWith(grant, `${api.origin}/graphql`).query({ query: gql(QUERY) });
  },
  urql: async () => (await recipe('urql')).urqlWith(grant, `${api.origin}/graphql`).query(QUERY, {}).toPromise(),
  Supabase: async () => {
    // Wanted by it at the start, and not there in Node 20.
    globalThis.WebSocket ??= class {};
    return (await recipe('supabase')).supabaseWith(grant, api.origin, 'key').from('heroes').select();
  },
};

for (const [name, send] of Object.entries(FETCHING)) {
  test(`${name} sends with the token, and once more with another after a 401`, async () => {
    api.refused.add('FAKE-1');
    await send();
    assert.deepEqual(api.seen, ['FAKE-1 401', 'FAKE-2 200']);
    assert.equal(requests.length, 2);
  });

  test(`${name} hands on a second 401`, async () => {
    for (const token of ['FAKE-1', 'FAKE-2', 'FAKE-3']) api.refused.add(token);
    const outcome = await send().catch((error) => ({ error }));
    assert.ok(outcome.error || outcome.response?.status === 401, name);
    assert.deepEqual(api.seen, ['FAKE-1 401', 'FAKE-2 401']);
  });
}

test('axios sends the token nowhere but to the resource', async () => {
  const { axiosWith } = await recipe('axios');
  await assert.rejects(axiosWith(grant).get('https://elsewhere.example/'), (error) => {
    return [error.code, error.cause?.code].includes('origin_not_allowed');
  });
});

test('a widget with axios 1 has superseded tokens replaced, and another one after a 401', async () => {
  const { default: axios } = await import('axios');
  const { boxTokens } = await import('downscope/box');
  const box = boxTokens(client, { scopes: ['base_explorer'], apiHost: api.origin });
  const widget = axios.create({ baseURL: api.origin });
  widget.interceptors.request.use(box.requestInterceptor);
  widget.interceptors.response.use(box.responseInterceptor, (error) => Promise.reject(box.responseInterceptor(error)));
  const headers = { Authorization: `Bearer ${await box.token('file_1')}` };
  api.refused.add('FAKE-1');
  await assert.rejects(widget.get('/2.0/files/1', { headers }), { status: 401 });
  await widget.get('/2.0/files/1', { headers });
  assert.deepEqual(api.seen, ['FAKE-1 401', 'FAKE-2 200']);
});
