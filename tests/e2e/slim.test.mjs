// The `./slim` entry, with its WebAssembly in a file of its own.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startFiles } from './support/files.mjs';
import { setUp } from './support/page.mjs';
import { inCheckout, packageDirectory } from './support/server.mjs';

const WASM = '/pkg/downscope_bg.wasm';

const MOUNTS = { '/pkg/': packageDirectory, '/t/': inCheckout('tests/e2e/pages') };

const stage = setUp({}, async () => ({ files: await startFiles(MOUNTS) }));

test('slim fetches the file that lies beside it, once', async () => {
  const fetched = await wasmRequests(async () => {
    const tokens = await stage.page.evaluate(async () => {
      const { createTokenClient } = await import('/pkg/slim.js');
      const getToken = () => ({ access_token: 'FAKE', expires_in: 3600 });
      const tokens = [];
      for (const scope of ['one', 'two']) {
        const client = await createTokenClient({ getToken });
        tokens.push(await client.grant({ scopes: [scope] }).token());
      }
      return tokens;
    });
    assert.deepEqual(tokens, ['FAKE', 'FAKE']);
  });
  assert.equal(fetched, 1);
});

const SOURCES = [
  'bytes',
  'a promise of bytes',
  'a compiled module',
  'a module of another realm',
  'a Response',
  'a URL',
  'a string',
];

test('slim can be told where its WebAssembly comes from, in seven ways', async () => {
  for (const source of SOURCES) {
    const fetched = await wasmRequests(async () => {
      assert.equal(await tokenFrom(source), 'FAKE', source);
    });
    assert.equal(fetched, 1, `${source}: the default file is not fetched on top`);
  }
});

for (const [name, answer] of Object.entries({
  'is not there': { status: 404, type: 'text/plain', body: 'no' },
  'is a page, as development servers answer': { status: 200, type: 'text/html', body: '<!doctype html>' },
})) {
  test(`where the file ${name}, the error says what to do, and a second try can succeed`, async () => {
    const { page, files } = stage;
    await page.goto(`${files.origin}/t/empty.html`);
    files.answerOnce(WASM, answer);
    const { error, token } = await page.evaluate(async () => {
      const { createTokenClient } = await import('/pkg/slim.js');
      const getToken = () => ({ access_token: 'FAKE', expires_in: 3600 });
      const { code, message } = await createTokenClient({ getToken }).catch((error) => error);
      const client = await createTokenClient({ getToken });
      return { error: { code, message }, token: await client.grant({ scopes: ['one'] }).token() };
    });
    assert.equal(error.code, 'unsupported');
    assert.match(error.message, /downscope\/slim/);
    assert.match(error.message, /initialize\(source\)/);
    assert.equal(token, 'FAKE');
  });
}

/** A token, after `initialize()` with one of `SOURCES`. */
const tokenFrom = (source) =>
  stage.page.evaluate(async (source) => {
    const { createTokenClient, initialize } = await import('/pkg/slim.js');
    const address = '/pkg/downscope_bg.wasm';
    const bytes = async () => (await fetch(address)).arrayBuffer();
    const ways = {
      bytes: async () => initialize(await bytes()),
      'a promise of bytes': () => initialize(bytes()),
      'a compiled module': async () => initialize(await WebAssembly.compile(await bytes())),
      'a module of another realm': async () => {
        const { contentWindow } = document.body.appendChild(document.createElement('iframe'));
        return initialize(await contentWindow.WebAssembly.compile(await bytes()));
      },
      'a Response': async () => initialize(await fetch(address)),
      'a URL': () => initialize(new URL(address, location.href)),
      'a string': () => initialize(address),
    };
    await ways[source]();
    const getToken = () => ({ access_token: 'FAKE', expires_in: 3600 });
    const client = await createTokenClient({ getToken });
    return client.grant({ scopes: ['one'] }).token();
  }, source);

/** How often the file is asked for on an empty page while `action` runs. */
async function wasmRequests(action) {
  const { page, files } = stage;
  await page.goto(`${files.origin}/t/empty.html`);
  files.requested.length = 0;
  await action();
  return files.requested.filter((path) => path === WASM).length;
}
