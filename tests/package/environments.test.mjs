// Where tests of apps run: a DOM that is not a browser's, with globals missing or
// of another kind. The package is imported there by whatever is tested.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import vm from 'node:vm';

import { JSDOM } from 'jsdom';

import { appSource, outputDirectory, packageDirectory } from './support/app.mjs';
import { esbuild } from './support/bundlers.mjs';
import { runInApp } from './support/run.mjs';
import { serve } from './support/server.mjs';

const ENTRIES = ['downscope', 'downscope/slim'];

/** What a client can do without, and what none can start without. */
const SPARE = ['Response', 'Request', 'ReadableStream', 'BroadcastChannel'];
const NEEDED = ['TextDecoder', 'TextEncoder', 'crypto', 'WebAssembly', 'DecompressionStream'];

/** Gives a token, or the code and the message of what was thrown in its place. */
const TRY = `
  const getToken = () => ({ access_token: 'FAKE', expires_in: 60 });
  const attempt = (options) => createTokenClient({ getToken, ...options })
    .then(async (client) => {
      const token = await client.grant({ resource: 'https://api.example/', scopes: ['read'] }).token();
      await client.close();
      return { token };
    })
    .catch(({ code, message }) => ({ code, message }));
`;

for (const entry of ENTRIES) {
  test(`importing ${entry} works whatever global is missing`, async () => {
    const all = [...SPARE, ...NEEDED, 'fetch'];
    for (const missing of [...all.map((name) => [name]), all]) {
      const output = await runInApp(`
        for (const name of ${JSON.stringify(missing)}) delete globalThis[name];
        const { createTokenClient } = await import('${entry}');
        console.log(typeof createTokenClient);
      `);
      assert.equal(output, 'function', missing.join());
    }
  });
}

test('what is missing and not needed keeps nobody from a token', async () => {
  const output = await runInApp(`
    for (const name of ${JSON.stringify(SPARE)}) delete globalThis[name];
    const { createTokenClient } = await import('downscope');
    ${TRY}
    console.log(JSON.stringify(await attempt()));
  `);
  assert.deepEqual(JSON.parse(output), { token: 'FAKE' });
});

for (const name of NEEDED) {
  test(`a client that needs ${name} says so where it is missing`, async () => {
    const output = await runInApp(`
      delete globalThis.${name};
      const { createTokenClient } = await import('downscope');
      ${TRY}
      console.log(JSON.stringify(await attempt()));
    `);
    const { code, message } = JSON.parse(output);
    assert.equal(code, 'unsupported');
    assert.match(message, new RegExp(`No ${name} here: .*Node.*downscope/testing`));
  });
}

test('a start that failed for want of a global is tried again', async () => {
  const output = await runInApp(`
    const { DecompressionStream } = globalThis;
    delete globalThis.DecompressionStream;
    const { createTokenClient } = await import('downscope');
    ${TRY}
    const { code } = await attempt();
    globalThis.DecompressionStream = DecompressionStream;
    console.log(code, (await attempt()).token);
  `);
  assert.equal(output, 'unsupported FAKE');
});

test('a client that has to fetch says so where `fetch` is missing, and one with a callback need not', async () => {
  const output = await runInApp(`
    delete globalThis.fetch;
    const { createTokenClient } = await import('downscope');
    const slim = await import('downscope/slim');
    ${TRY}
    const started = slim.initialize('https://app.example/a.wasm').catch(({ code, message }) => ({ code, message }));
    const refused = [await started, await attempt({ getToken: undefined, tokenEndpoint: 'https://app.example/token' })];
    console.log(JSON.stringify([await attempt(), ...refused]));
  `);
  const [held, ...refused] = JSON.parse(output);
  assert.deepEqual(held, { token: 'FAKE' });
  for (const { code, message } of refused) {
    assert.equal(code, 'unsupported');
    assert.match(message, /No fetch here/);
  }
});

test("in Jest's jsdom the package can be imported, says all that is missing at once, and works given that", async () => {
  const directory = await outputDirectory('jsdom');
  await esbuild(await appSource('exposed.js'), directory, { format: 'iife' });
  const script = await readFile(join(directory, 'main.js'), 'utf8');
  const run = async (given) => {
    const dom = new JSDOM('', { url: 'https://app.example/', runScripts: 'outside-only' });
    Object.assign(dom.window, given);
    const context = dom.getInternalVMContext();
    vm.runInContext(script, context);
    const attempt = `(async () => {
      const { createTokenClient } = globalThis.downscope;
      ${TRY}
      return JSON.stringify(await attempt());
    })()`;
    const outcome = await vm.runInContext(attempt, context);
    dom.window.close();
    return JSON.parse(outcome);
  };
  const { code, message } = await run({});
  assert.equal(code, 'unsupported');
  assert.match(message, /No TextDecoder, TextEncoder, DecompressionStream here/);
  assert.deepEqual(await run({ TextDecoder, TextEncoder, DecompressionStream }), { token: 'FAKE' });
});

/** The globals of a DOM put over Node's, as Vitest does. */
const DOMS = {
  jsdom: `
    const { JSDOM } = await import('${import.meta.resolve('jsdom')}');
    const { window } = new JSDOM('', { url: ORIGIN, pretendToBeVisual: true });`,
  'happy-dom': `
    const { Window } = await import('${import.meta.resolve('happy-dom')}');
    const window = new Window({ url: ORIGIN });`,
};
const OVERLAY = `
  import { runInNewContext } from 'node:vm';
  const language = new Set(runInNewContext('Object.getOwnPropertyNames(globalThis)'));
  const kept = /^(atob|btoa|console|process|global|globalThis|Buffer|performance|queueMicrotask|structuredClone|(set|clear)(Timeout|Interval|Immediate))$/;
  for (let one = window; one && one !== Object.prototype; one = Object.getPrototypeOf(one)) {
    for (const name of Object.getOwnPropertyNames(one)) {
      if (language.has(name) || kept.test(name) || name === 'constructor') continue;
      const value = window[name];
      const bound = typeof value === 'function' && !value.prototype ? value.bind(window) : value;
      if (value !== undefined) Object.defineProperty(globalThis, name, { value: bound, configurable: true, writable: true });
    }
  }
`;

/** What `initialize` is given there, each made of the globals that there are. */
const SOURCES = [
  'address',
  'new URL(address)',
  'new Request(address)',
  'fetch(address)',
  'fetch(address).then((response) => response.arrayBuffer())',
];

for (const [dom, make] of Object.entries(DOMS)) {
  test(`with the globals of ${dom} over Node's, each entry gets a token`, async () => {
    const server = await serve(packageDirectory);
    const tokenWith = async (entry, source) => {
      const output = await runInApp(`
        const ORIGIN = '${server.origin}/';
        ${make}
        ${OVERLAY}
        const { createTokenClient, initialize } = await import('${entry}');
        const address = ORIGIN + 'downscope_bg.wasm';
        ${source && `await initialize(${source});`}
        ${TRY}
        console.log(JSON.stringify(await attempt()));
        process.exit();
      `);
      assert.deepEqual(JSON.parse(output), { token: 'FAKE' }, source);
    };
    try {
      await tokenWith('downscope', '');
      for (const source of SOURCES) await tokenWith('downscope/slim', source);
    } finally {
      await server.close();
    }
  });
}
