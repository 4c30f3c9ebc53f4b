// What comes in place of the WebAssembly: nothing, a web page, that of another build.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { startFiles } from './support/files.mjs';
import { setUp } from './support/page.mjs';
import { inCheckout, packageDirectory } from './support/server.mjs';

const WASM = '/pkg/downscope_bg.wasm';
const TYPE = 'application/wasm';
const MOUNTS = { '/pkg/': packageDirectory, '/t/': inCheckout('tests/e2e/pages') };

const stage = setUp({}, async () => ({ files: await startFiles(MOUNTS) }));

const PAGE = '<!doctype html><title>app</title>';

for (const [name, type] of Object.entries({
  'a web page': 'text/html',
  'a web page in a character set': 'text/html; charset=utf-8',
  'a web page in XML': 'application/xhtml+xml',
})) {
  test(`where ${name} comes in place of the file, the error says that, and what to do about it`, async () => {
    const { code, message } = await errorAfter({ status: 200, type, body: PAGE });
    assert.equal(code, 'unsupported');
    assert.match(message, /could not be loaded \(a web page came in its place\)/);
    assert.match(message, /Import 'downscope' .*, or say where it is with initialize\(source\)/);
  });
}

for (const status of [404, 403, 500]) {
  test(`where the answer is ${status}, the error says that and what to do about it`, async () => {
    const { code, message } = await errorAfter({ status, type: 'text/html', body: PAGE });
    assert.equal(code, 'unsupported');
    assert.match(message, new RegExp(`could not be loaded \\(status ${status}\\)`));
    assert.match(message, /Import 'downscope' .*, or say where it is with initialize\(source\)/);
  });
}

test('where the file is empty, cut off or no WebAssembly, no web page is blamed', async () => {
  for (const body of ['', '\0as', 'no such file']) {
    for (const type of [TYPE, 'application/octet-stream']) {
      const { code, message } = await errorAfter({ status: 200, type, body });
      assert.equal(code, 'unsupported');
      assert.match(message, /could not be loaded\./, `${type} ${body}`);
    }
  }
});

const fresh = await readFile(join(packageDirectory, 'downscope_bg.wasm'));

/** Modules without the section that this build has at the end: three bytes, and eight of its name. */
const STALE = {
  'of another build': Buffer.concat([fresh.subarray(0, -8), Buffer.from('00000000')]),
  'of a build without a mark': fresh.subarray(0, -11),
  'of something else': fresh.subarray(0, 8),
};

for (const [name, body] of Object.entries(STALE)) {
  test(`a file ${name} is told as such, however it is typed, and nothing of it runs`, async () => {
    for (const type of [TYPE, 'application/octet-stream']) {
      const { code, message, ran } = await errorAfter({ status: 200, type, body });
      assert.equal(code, 'unsupported');
      assert.match(message, /is of another build than its JavaScript: deploy both together/);
      assert.equal(ran, 0);
    }
  });
}

test('bytes, a module and a response of another build are told as such', async () => {
  for (const source of ['bytes', 'module', 'response']) {
    const { page, files } = stage;
    await page.goto(`${files.origin}/t/empty.html`);
    files.answerOnce(WASM, { status: 200, type: TYPE, body: STALE['of another build'] });
    const { code, message } = await page.evaluate(async (source) => {
      const { initialize } = await import('/pkg/slim.js');
      const response = await fetch('/pkg/downscope_bg.wasm');
      const ways = {
        bytes: async () => response.arrayBuffer(),
        module: async () => WebAssembly.compile(await response.arrayBuffer()),
        response: async () => response,
      };
      return initialize(ways[source]()).catch(({ code, message }) => ({ code, message }));
    }, source);
    assert.equal(code, 'unsupported', source);
    assert.match(message, /another build/, source);
  }
});

/** The error of a client whose file is answered otherwise, once; the next must get a token. */
async function errorAfter(answer) {
  const { page, files } = stage;
  await page.goto(`${files.origin}/t/empty.html`);
  files.answerOnce(WASM, answer);
  const { token, ...error } = await page.evaluate(async () => {
    const { createTokenClient } = await import('/pkg/slim.js');
    const instantiate = WebAssembly.instantiate;
    let ran = 0;
    WebAssembly.instantiate = (...rest) => {
      ran += 1;
      return instantiate.apply(WebAssembly, rest);
    };
    const getToken = () => ({ access_token: 'FAKE', expires_in: 3600 });
    const { code, message } = await createTokenClient({ getToken }).catch((error) => error);
    const error = { code, message, ran };
    const client = await createTokenClient({ getToken });
    return { ...error, token: await client.grant({ scopes: ['one'] }).token() };
  });
  assert.equal(token, 'FAKE', 'a second try can succeed');
  return error;
}
