// The package where there is no window: servers render pages that import it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { runInApp } from './support/run.mjs';

const ENTRIES = ['', '/slim', '/adapters', '/box', '/media', '/media-worker', '/testing'];

for (const entry of ENTRIES.map((subpath) => `downscope${subpath}`)) {
  test(`importing ${entry} does nothing`, async () => {
    const output = await runInApp(`
      const refuse = (name) => () => { throw new Error(name + ' was called at import'); };
      globalThis.fetch = refuse('fetch');
      globalThis.setTimeout = refuse('setTimeout');
      WebAssembly.compile = WebAssembly.instantiate = refuse('WebAssembly');
      const before = Object.getOwnPropertyNames(globalThis).join();
      await import('${entry}');
      console.log(Object.getOwnPropertyNames(globalThis).join() === before);
    `);
    assert.equal(output, 'true');
  });
}

test('both entries export the same names, and slim also initialize', async () => {
  const output = await runInApp(`
    const [index, slim] = await Promise.all([import('downscope'), import('downscope/slim')]);
    const more = Object.keys(slim).filter((name) => !(name in index));
    const fewer = Object.keys(index).filter((name) => !(name in slim));
    console.log(JSON.stringify([more, fewer]));
  `);
  assert.deepEqual(JSON.parse(output), [['initialize'], []]);
});

test('require() gives the same module as import', async () => {
  const output = await runInApp(`
    import { createRequire } from 'node:module';
    const required = createRequire(import.meta.url)('downscope');
    console.log(required.createTokenClient === (await import('downscope')).createTokenClient);
  `);
  assert.equal(output, 'true');
});

test('a client without a page gets a token from a callback', async () => {
  const output = await runInApp(`
    import { createTokenClient } from 'downscope';
    const client = await createTokenClient({
      getToken: () => ({ access_token: 'stub-token-0123456789', expires_in: 3600 }),
    });
    console.log(await client.grant({ scopes: ['read'] }).token());
    await client.close();
  `);
  assert.equal(output, 'stub-token-0123456789');
});

test('a client that cannot be made says why with a typed error', async () => {
  const output = await runInApp(`
    import { createTokenClient, isTokenError } from 'downscope';
    const error = await createTokenClient({ tokenEndpoint: 7 }).catch((error) => error);
    console.log(isTokenError(error), error.code);
  `);
  assert.equal(output, 'true invalid_options');
});
