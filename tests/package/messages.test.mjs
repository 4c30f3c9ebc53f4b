// What somebody is told whose set-up is wrong.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { runInApp } from './support/run.mjs';

const REFUSAL = `
  const refusal = (options) => createTokenClient(options).then(
    () => 'none',
    ({ code, message }) => ({ code, message }),
  );
  const print = (value) => console.log(JSON.stringify(value));
`;

test('without a page, a relative endpoint is told that there is nothing to be relative to', async () => {
  const { code, message } = await inApp(`print(await refusal({ tokenEndpoint: '/api/token' }));`);
  assert.equal(code, 'invalid_options');
  assert.match(message, /`tokenEndpoint` \(a URL; absolute, without a page\)/);
});

test('a page that is open by plain http on another machine is told of https and localhost', async () => {
  // A stand-in for the page: browsers in tests are on this machine.
  const { code, message } = await inApp(`
    const href = 'http://192.168.1.20:5173/';
    globalThis.location = { href, protocol: 'http:', origin: href.slice(0, -1) };
    print(await refusal({ tokenEndpoint: '/api/token' }));
  `);
  assert.equal(code, 'invalid_options');
  assert.match(message, /`tokenEndpoint` \(https:, or http: on localhost; for the page too\)/);
});

for (const status of [404, 405]) {
  test(`a token endpoint that answers ${status} may have another path`, async () => {
    const { code, message } = await inApp(`
      globalThis.fetch = async () => Response.json({}, { status: ${status} });
      const client = await createTokenClient({ tokenEndpoint: 'https://app.example/tokens' });
      print(await client.grant({ scopes: ['read'] }).token().catch(({ code, message }) => ({ code, message })));
      await client.close();
    `);
    assert.equal(code, 'request_refused');
    assert.match(message, new RegExp(`Check its path \\(.*${status}`));
  });
}

test('a life of milliseconds in place of seconds is told, once', async () => {
  const warned = await inApp(`
    const warned = [];
    console.warn = (text) => warned.push(text);
    let expires_in = 2_678_400;
    const client = await createTokenClient({ getToken: () => ({ access_token: 'FAKE', expires_in }) });
    const grant = client.grant({ scopes: ['read'] });
    await grant.token();
    const before = warned.length;
    expires_in = 3_600_000;
    for (let times = 0; times < 2; times += 1) await grant.token({ forceRefresh: true });
    await client.close();
    print([before, ...warned]);
  `);
  assert.deepEqual(warned, [0, 'downscope: expires_in: over 31 days. It is in seconds.']);
});

test('where WebAssembly must not be made of bytes, as at the edge of Next, the error is typed', async () => {
  // A stand-in for the runtime: what it forbids is forbidden in the same way.
  const { code, message } = await inApp(`
    WebAssembly.Module = class {
      constructor() {
        throw new WebAssembly.CompileError('WebAssembly.Module(): Wasm code generation disallowed by embedder');
      }
    };
    print(await refusal({ tokenEndpoint: 'https://app.example/token' }));
  `);
  assert.equal(code, 'unsupported');
  assert.match(message, /WebAssembly is blocked/);
});

async function inApp(source) {
  const head = "import { createTokenClient } from 'downscope';";
  return JSON.parse(await runInApp(`${head}${REFUSAL}${source}`));
}
