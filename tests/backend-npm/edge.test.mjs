// The package in the edge runtime of Vercel and Next.js, where nothing may be compiled: the WebAssembly is
// given to the bundle, and is of another realm, as `next start` has it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { EdgeRuntime } from 'edge-runtime';
import { build } from 'esbuild';

import { APP, FILE } from './support/backend.mjs';

const directory = process.env.DOWNSCOPE_BACKEND_PKG;
const SESSION = 'page-at-the-edge'.padEnd(32, '0');

const SOURCE = `
  import { createBackend, stateless } from ${JSON.stringify(join(directory, 'index.js'))};

  const alive = new Set();
  const backend = createBackend({
    authenticate: () => ({ user: 'alice' }),
    authorize: () => true,
    exchange() {
      alive.add('FAKE-token');
      return { access_token: 'FAKE-token', expires_in: 60 };
    },
    revoke: (token) => alive.delete(token),
    store: stateless(),
    keys: 'A'.repeat(43),
    origins: '${APP}',
    waitUntil() {},
  });
  addEventListener('fetch', (event) => {
    const isOurs = backend.serves(new URL(event.request.url).pathname);
    event.respondWith(isOurs ? backend.handle(event.request) : new Response(String(alive.size)));
  });
`;

/** As the bundlers of Next.js read the import: what it names is there as the worker begins. */
const given = {
  name: 'given',
  setup(bundler) {
    bundler.onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: 'given' }));
    bundler.onLoad({ filter: /./, namespace: 'given' }, () => ({ contents: 'export default globalThis.GIVEN;' }));
  },
};

test('in the edge runtime a page is given a token, and ends it by its sealed handle', async () => {
  const { outputFiles } = await build({
    stdin: { contents: SOURCE, resolveDir: directory },
    bundle: true,
    format: 'iife',
    conditions: ['edge-light', 'worker'],
    plugins: [given],
    write: false,
    logLevel: 'silent',
  });
  const GIVEN = await WebAssembly.compile(await readFile(join(directory, 'core.wasm')));
  const initialCode = outputFiles[0].text;
  const runtime = new EdgeRuntime({ initialCode, extend: (globals) => Object.assign(globals, { GIVEN }) });
  assert.equal(runtime.evaluate('GIVEN instanceof WebAssembly.Module'), true, 'it is made one of this realm');
  const post = (path, type, body) => {
    const headers = { 'content-type': type, 'x-downscope': '1', origin: APP };
    return runtime.dispatchFetch(`${APP}${path}`, { method: 'POST', headers, body });
  };
  const alive = async () => (await runtime.dispatchFetch(`${APP}/`)).text();

  const wanted = { resource: FILE, scope: 'read', session: SESSION, id: '1' };
  const answer = await post('/api/token', 'application/json', JSON.stringify(wanted));
  const { access_token, revocation_handle: handle } = await answer.json();
  assert.deepEqual([answer.status, access_token, await alive()], [200, 'FAKE-token', '1']);

  const named = new URLSearchParams({ session: SESSION, handle, reason: 'unload' }).toString();
  const revoked = await post('/api/revoke', 'application/x-www-form-urlencoded', named);
  assert.deepEqual([revoked.status, await alive()], [204, '0']);
});
