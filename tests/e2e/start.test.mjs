// The way to the first token: what waits for what, and what is there once.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startArrivals } from './support/arrivals.mjs';
import { engine } from './support/browser.mjs';
import { launchDriven } from './support/driven.mjs';
import { addressOf, setUp, until } from './support/page.mjs';
import { packageDirectory } from './support/server.mjs';

const WASM = '/pkg/downscope_bg.wasm';
const TOKEN = '/api/token';

/** How late the WebAssembly is, in milliseconds: what does not wait for it comes before. */
const LATE = 300;

const stage = setUp({ '/copy/': packageDirectory }, async ({ server }) => ({
  way: await startArrivals(server.app, { [WASM]: LATE }),
}));

test('the token request follows the WebAssembly, and nothing comes between', async () => {
  const came = await start('start.html');
  const order = came.map(({ path }) => path).filter((path) => !path.endsWith('.js'));
  assert.deepEqual(order, ['/t/start.html', WASM, TOKEN]);
  const [wasm, token] = came.slice(-2);
  assert.ok(token.at > wasm.answered);
});

const noPreload = engine === 'webkit' && 'WebKitGTK does not give a preload to `fetch`';

test('with the hints the WebAssembly is asked for before the scripts, and once', { skip: noPreload }, async () => {
  const said = listenToConsole();
  const came = await start('start-hinted.html');
  assert.equal(came.filter(({ path }) => path === WASM).length, 1, 'the preload is used');
  const order = came.map(({ path }) => path);
  assert.ok(order.indexOf(WASM) < order.indexOf('/pkg/client.js'), order.join(' '));
  assert.equal(new Set(order).size, order.length, 'nothing is fetched twice');
  assert.deepEqual(await said(), []);
});

test('fetched by the page itself, the WebAssembly is asked for before the scripts, and once', async () => {
  const came = await start('start-fetched.html');
  const order = came.map(({ path }) => path);
  assert.equal(order.filter((path) => path === WASM).length, 1);
  assert.ok(order.indexOf(WASM) < order.indexOf('/pkg/client.js'), order.join(' '));
});

test('a hint that leaves out `crossorigin` is not used: the file is fetched twice', async () => {
  const came = await start('start-mismatched.html');
  assert.equal(came.filter(({ path }) => path === WASM).length, 2);
});

const noReuse = engine === 'webkit' && 'WebKitGTK takes another connection after the preflight';

test('the first token request takes the connection that a preconnect has made, if it says `crossorigin`', { skip: noReuse }, async () => {
  // Chromium makes none in a profile that leaves no traces, as playwright's is.
  const browser = engine === 'chromium' && (await launchDriven(engine));
  try {
    const page = browser ? await (await browser.newContext()).newPage() : stage.page;
    assert.deepEqual(await tookThePreconnected(page, 'anonymous'), [true, true]);
    assert.deepEqual(await tookThePreconnected(page, null), [false, false], 'the other one is for requests with cookies');
    assert.deepEqual(await tookThePreconnected(page, null, 'include'), [false, true], 'a preflight never has cookies');
  } finally {
    await browser?.close?.();
  }
});

/**
 * Whether the preflight and the token request took the connection that the page
 * had made to another origin before it asked for anything. Of those made later
 * a browser may make more than it uses (Firefox makes a second one where the
 * first is slow), so they are not told apart.
 */
async function tookThePreconnected(page, crossOrigin, credentials) {
  const elsewhere = await startArrivals(stage.server.app);
  try {
    await page.goto(addressOf(stage, 'empty.html'));
    await page.evaluate(
      ({ href, crossOrigin }) => {
        document.head.append(Object.assign(document.createElement('link'), { rel: 'preconnect', href, crossOrigin }));
      },
      { href: elsewhere.origin, crossOrigin },
    );
    await elsewhere.connected();
    assert.deepEqual(elsewhere.came, [], 'nothing is asked for yet');
    const options = { tokenEndpoint: `${elsewhere.origin}${TOKEN}`, ...(credentials && { credentials }) };
    await page.evaluate(async (options) => {
      const { createTokenClient } = await import('/pkg/slim.js');
      const client = await createTokenClient(options);
      // Refused, for want of a header: what matters is the way there.
      await client.grant({ scopes: ['one'] }).token().catch(() => {});
    }, options);
    return elsewhere.came.map(({ connection }) => connection === 0);
  } finally {
    elsewhere.close();
  }
}

test('two hundred clients at once, of both entries, start WebAssembly once', async () => {
  const { page, server } = stage;
  await page.goto(addressOf(stage, 'empty.html'));
  const { memories, calls } = await page.evaluate(async () => {
    const memories = new Set();
    const calls = [];
    for (const name of ['compile', 'compileStreaming', 'instantiate', 'instantiateStreaming']) {
      const original = WebAssembly[name];
      WebAssembly[name] = async (...rest) => {
        calls.push(name.replace('Streaming', ''));
        const made = await original.apply(WebAssembly, rest);
        for (const one of Object.values(made.exports ?? {})) {
          if (one instanceof WebAssembly.Memory) memories.add(one);
        }
        return made;
      };
    }
    const noting = (construct) => ({
      construct(target, given) {
        const made = Reflect.construct(target, given);
        construct(made);
        return made;
      },
    });
    WebAssembly.Memory = new Proxy(WebAssembly.Memory, noting((memory) => memories.add(memory)));
    WebAssembly.Module = new Proxy(WebAssembly.Module, noting(() => calls.push('compile')));
    const entries = await Promise.all([import('/pkg/index.js'), import('/pkg/slim.js')]);
    const getToken = () => ({ access_token: 'FAKE', expires_in: 3600 });
    const creating = Array.from({ length: 200 }, (_, number) =>
      entries[number % 2].createTokenClient({ getToken }),
    );
    const clients = await Promise.all(creating);
    const grants = clients.map((client) => client.grant({ scopes: ['one'] }));
    await Promise.all(grants.map((grant) => grant.token()));
    await Promise.all(clients.map((client) => client.close()));
    return { memories: memories.size, calls };
  });
  assert.deepEqual({ memories, calls }, { memories: 1, calls: ['compile', 'instantiate'] });
  assert.equal((await server.ledger()).requests.token, 0);
});

test('a second copy of the package is noticed, once, and shares nothing', async () => {
  const { page } = stage;
  await page.goto(addressOf(stage, 'empty.html'));
  const { warnings, held, counts, shared } = await page.evaluate(async () => {
    const warnings = [];
    console.warn = (...words) => warnings.push(words.join(' '));
    const counted = Symbol.for('downscope.instances');
    const counts = [];
    const held = [];
    let tokens = 0;
    const getToken = () => ({ access_token: `FAKE-${(tokens += 1)}`, expires_in: 3600 });
    for (const copy of ['/pkg/index.js', '/pkg/slim.js', '/copy/index.js', '/copy/slim.js']) {
      const { createTokenClient } = await import(copy);
      counts.push(globalThis[counted]);
      const client = await createTokenClient({ getToken });
      held.push(await client.grant({ scopes: ['one'] }).token());
      counts.push(globalThis[counted]);
    }
    const shared = Reflect.ownKeys(globalThis).filter(
      (key) => /downscope/.test(String(key)) && typeof globalThis[key] !== 'number',
    );
    return { warnings, held, counts, shared };
  });
  // Importing says nothing; a copy counts once it runs, and its two entries are one.
  assert.deepEqual(counts, [undefined, 1, 1, 1, 1, 2, 2, 2]);
  assert.equal(warnings.length, 1, warnings.join('\n'));
  assert.match(warnings[0], /^downscope: second_copy: .*Bundle it once/);
  assert.doesNotMatch(warnings[0], /FAKE/);
  assert.deepEqual(held, ['FAKE-1', 'FAKE-2', 'FAKE-3', 'FAKE-4']);
  assert.deepEqual(shared.map(String), []);
});

/** Opens a page that gets itself a token, and gives what came along the way. */
async function start(name) {
  const { page, way } = stage;
  way.came.length = 0;
  await page.goto(addressOf(stage, name, way.origin));
  await until(page, () => 'started' in globalThis);
  const token = await page.evaluate(() => started);
  assert.equal(typeof token, 'string');
  return [...way.came];
}

/** What the browser itself says of a page, where it can be asked: that a hint was of no use. */
function listenToConsole() {
  const said = [];
  if (engine !== 'chromium') return async () => said;
  const { page } = stage;
  page.on('console', (message) => said.push(message.text()));
  return async () => {
    // It says so three seconds after the page has loaded.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 4_000)));
    return said.filter((text) => /preload/.test(text));
  };
}
