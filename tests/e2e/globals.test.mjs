// Pages in which a library, old or for tests, has put its own things in the place
// of the platform's.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startFiles } from './support/files.mjs';
import { setUp } from './support/page.mjs';
import { inCheckout, packageDirectory } from './support/server.mjs';

const MOUNTS = { '/pkg/': packageDirectory, '/t/': inCheckout('tests/e2e/pages') };

const stage = setUp({}, async () => ({ files: await startFiles(MOUNTS) }));

/** What is put there, as the text of a script. */
const TAKEN = {
  'a Response around the real one': `{
    const Native = Response;
    globalThis.Response = class Response {
      #native;
      constructor(...given) { this.#native = new Native(...given); }
      get ok() { return this.#native.ok; }
      get status() { return this.#native.status; }
      get headers() { return this.#native.headers; }
      get body() { return this.#native.body; }
      arrayBuffer() { return this.#native.arrayBuffer(); }
    };
  }`,
  'no Response': 'delete globalThis.Response',
  'a Response that cannot be made': 'globalThis.Response = () => { throw new TypeError() }',
  'a fetch and a Response of a polyfill': `{
    const native = fetch;
    globalThis.Response = class {
      constructor(native) {
        this.ok = native.ok;
        this.status = native.status;
        this.headers = native.headers;
        this.arrayBuffer = () => native.arrayBuffer();
      }
    };
    globalThis.fetch = async (...given) => new Response(await native(...given));
  }`,
  'a Request of MooTools': 'globalThis.Request = function Request(options) { this.options = options; this.send = () => this; }',
  'no Request': 'delete globalThis.Request',
  'a URL of a polyfill': `{
    const Native = URL;
    globalThis.URL = function URL(...given) { const { href } = new Native(...given); this.href = href; };
    URL.prototype.toString = function () { return this.href; };
  }`,
  'a URL without a constructor': 'globalThis.URL = Object.assign(function URL() {}, { prototype: { href: "/pkg/downscope_bg.wasm", toString() { return this.href; } } })',
  'an Event of MooTools': 'globalThis.Event = function Event(event) { this.event = event; this.stop = () => this; }',
  'an Event of nothing': 'globalThis.Event = class Event {}',
  'a Promise without statics, that calls back at once': `globalThis.Promise = class Promise {
    constructor(run) { run((value) => { this.value = value; }, () => {}); }
    then(done) { return done(this.value); }
  }`,
  'a Promise without resolve': 'globalThis.Promise = function Promise() { this.then = () => this; }',
  'a Promise that cannot be made': 'globalThis.Promise = () => { throw new TypeError() }',
};

for (const [name, script] of Object.entries(TAKEN)) {
  test(`with ${name}, either entry gets a token, tells of it, and gives the platform's promises`, async () => {
    for (const entry of ['index.js', 'slim.js']) {
      assert.deepEqual(await outcome(entry, script), {
        token: 'FAKE',
        again: 'FAKE',
        heard: 1,
        revoked: { tokens: 1, confirmed: false },
        native: [true, true, true, true],
      });
    }
  });
}

const SOURCES = {
  'a URL, whatever URL is now': [
    'globalThis.address = new URL("/pkg/downscope_bg.wasm", location.href); globalThis.URL = function () {};',
    'address',
  ],
  'a Request, whatever Request is now': [
    'globalThis.request = new Request("/pkg/downscope_bg.wasm"); globalThis.Request = function () {};',
    'request',
  ],
  'a Response, whatever Response is now': [
    'globalThis.response = fetch("/pkg/downscope_bg.wasm"); globalThis.Response = function () {};',
    'response',
  ],
  'a URL of another kind': ['', '{ href: "/pkg/downscope_bg.wasm", toString() { return this.href; } }'],
  'a Response of another kind': [
    '',
    `fetch("/pkg/downscope_bg.wasm").then((native) => ({
      ok: true, status: 200, headers: native.headers, arrayBuffer: () => native.arrayBuffer(),
    }))`,
  ],
  'bytes of another frame': [
    '',
    `fetch("/pkg/downscope_bg.wasm").then(async (response) => {
      const { contentWindow } = document.body.appendChild(document.createElement("iframe"));
      const bytes = new contentWindow.Uint8Array(await response.arrayBuffer());
      return bytes;
    })`,
  ],
};

test('slim takes its source by what it has, not by its class', async () => {
  for (const [name, [script, source]] of Object.entries(SOURCES)) {
    const { page, files } = stage;
    await page.goto(`${files.origin}/t/empty.html`);
    const token = await page.evaluate(
      async ({ script, source }) => {
        (0, eval)(script);
        const { createTokenClient, initialize } = await import('/pkg/slim.js');
        await initialize((0, eval)(`(${source})`));
        const getToken = () => ({ access_token: 'FAKE', expires_in: 3600 });
        const client = await createTokenClient({ getToken });
        return client.grant({ scopes: ['one'] }).token();
      },
      { script, source },
    );
    assert.equal(token, 'FAKE', name);
  }
});

/** What a client comes to after a script has run. */
async function outcome(entry, script) {
  const { page, files } = stage;
  await page.goto(`${files.origin}/t/empty.html`);
  return page.evaluate(
    async ({ entry, script }) => {
      const NativePromise = Promise;
      const NativeEvent = Event;
      // WebKit's driver takes the page's Promise as a script begins.
      await undefined;
      (0, eval)(script);
      const { createTokenClient } = await import(`/pkg/${entry}`);
      const getToken = () => ({ access_token: 'FAKE', expires_in: 3600 });
      const client = await createTokenClient({ getToken });
      const grant = client.grant({ scopes: ['one'] });
      let heard = 0;
      grant.addEventListener('refreshed', (event) => (heard += event instanceof NativeEvent));
      const promises = [grant.token()];
      const token = await promises[0];
      promises.push(grant.token());
      const again = await promises[1];
      promises.push(grant.revoke());
      const revoked = await promises[2];
      promises.push(client.close());
      await promises[3];
      globalThis.Promise = NativePromise;
      const native = promises.map((promise) => promise instanceof NativePromise);
      return { token, again, heard, revoked, native };
    },
    { entry, script },
  );
}
