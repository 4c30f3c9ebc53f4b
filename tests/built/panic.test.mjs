// What becomes of a page in which WebAssembly fails. No input makes this package
// panic, and it exports nothing that does, for tests either. So a test spoils
// what nobody can protect, its memory, while promises are open: a client then looks
// as though it were at work already, which Rust's borrow check refuses by a panic,
// as it would if this package had that fault.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { goneWhen, ledgerWhen } from '../e2e/support/ledger.mjs';
import { addressOf, setUp } from '../e2e/support/page.mjs';
import { exhaustible } from './support/memory.mjs';

const stage = setUp();

/** A number of milliseconds that nothing else in memory is. */
const MARK = 86_399_123;

test('a panic rejects every promise that is open, and all that is asked for later', async () => {
  const { page } = stage;
  await page.route('**/hangs', () => {});
  const { open, trap, later } = await page.evaluate(async (mark) => {
    const memories = [];
    const { instantiate } = WebAssembly;
    WebAssembly.instantiate = async (...given) => {
      const instance = await instantiate.apply(WebAssembly, given);
      memories.push(...Object.values(instance.exports).filter((one) => one instanceof WebAssembly.Memory));
      return instance;
    };
    const { createTokenClient } = await import('/pkg/index.js');
    const { state } = await import('/pkg/glue.js');
    const facade = await import('/pkg/wasm.js');

    const told = (promise) =>
      promise.then(
        () => 'fulfilled',
        ({ name, code, retryable }) => ({ name, code, retryable }),
      );
    const never = () => new Promise(() => {});
    // The first of the page: WebAssembly calls it number 1.
    const waiting = await createTokenClient({
      getToken: never,
      timeout: mark,
      allowedOrigins: [location.origin],
    });
    const getToken = () => ({ access_token: 'FAKE', expires_in: 3600 });
    const leaving = await createTokenClient({ getToken, revokeEndpoint: '/hangs' });
    const [one, two] = ['one', 'two'].map((scope) => waiting.grant({ scopes: [scope] }));
    const held = leaving.grant({ scopes: ['held'] });
    await held.token();
    const open = [
      one.token(),
      one.token(),
      two.token({ signal: new AbortController().signal }),
      two.fetch('/t/blank.html'),
      leaving.revokeAll(),
      leaving.close(),
    ].map(told);

    // Somewhere before the mark is a zero that counts who is at work on the client:
    // one word after the other says for a moment that somebody writes to it. What
    // asks is not the facade, which notices by itself if WebAssembly traps: as a
    // timer or an answer comes in, where only the hook tells of a panic.
    const words = new Int32Array(memories[0].buffer);
    const marks = [...words.keys()].filter((at) => words[at] === mark && words[at + 1] === 0);
    let trap;
    for (const at of marks) {
      for (let word = at - 1; word > at - 1_024 && !facade.dead; word -= 1) {
        if (words[word] !== 0) continue;
        words[word] = -1;
        try {
          state(1, 0);
        } catch (error) {
          trap = error instanceof WebAssembly.RuntimeError && error.message;
        }
        words[word] = 0;
      }
    }

    const late = async () => one.token();
    const later = [late(), createTokenClient({ getToken }), (async () => held.peek())(), waiting.close()];
    const timely = (promise) => Promise.race([promise, new Promise((resolve) => setTimeout(resolve, 5_000, 'pending'))]);
    return {
      open: await Promise.all(open.map(timely)),
      trap,
      later: await Promise.all(later.map(told).map(timely)),
    };
  }, MARK);
  assert.equal(trap, 'unreachable');
  const internal = { name: 'TokenError', code: 'internal', retryable: false };
  for (const error of [...open, ...later]) assert.deepEqual(error, internal);
});

test('a page in which WebAssembly has failed revokes what it minted when it goes', async () => {
  // The same page twice: what lies where in memory is the same, and finding it spoils it.
  await openSpoilable(stage.page);
  const word = await stage.page.evaluate(async (mark) => {
    const [{ state }, facade] = await Promise.all([import('/pkg/glue.js'), import('/pkg/wasm.js')]);
    const words = new Int32Array(memories[0].buffer);
    const marks = [...words.keys()].filter((at) => words[at] === mark && words[at + 1] === 0);
    for (const at of marks) {
      for (let word = at - 1; word > at - 1_024; word -= 1) {
        if (words[word] !== 0) continue;
        words[word] = -1;
        try {
          state(1, 0);
        } catch {}
        words[word] = 0;
        if (facade.dead) return word;
      }
    }
  }, MARK);
  await stage.server.reset();
  await openSpoilable(stage.page);
  const code = await stage.page.evaluate(async (word) => {
    // As the request goes out, before what the page has to name is written down.
    globalThis.spoil = () => (new Int32Array(memories[0].buffer)[word] = -1);
    return fixture.grantFor(client, { file: '102' }).token().catch((error) => error.code);
  }, word);
  assert.equal(code, 'internal');
  await ledgerWhen(stage.server, ({ tokens }) => tokens.length === 2);
  await stage.page.goto('about:blank');
  const { live } = await goneWhen(stage.server, ({ live }) => live === 0);
  assert.equal(live, 0);
  // The events of a page whose WebAssembly has failed throw.
  stage.uncaught.splice(0);
});

/** A page with a client that holds a token, where `spoil()` is called with the next request. */
async function openSpoilable(page) {
  await page.goto(addressOf(stage));
  await page.waitForFunction(() => 'fixture' in globalThis);
  await page.evaluate(async (mark) => {
    globalThis.memories = [];
    const { instantiate } = WebAssembly;
    WebAssembly.instantiate = async (...given) => {
      const instance = await instantiate.apply(WebAssembly, given);
      memories.push(...Object.values(instance.exports).filter((one) => one instanceof WebAssembly.Memory));
      return instance;
    };
    globalThis.client = await fixture.open({
      headers: () => {
        globalThis.spoil?.();
        return { 'X-Downscope': '1' };
      },
      timeout: mark,
    });
    await fixture.grantFor(client).token();
    // The last request is written.
    await new Promise((resolve) => setTimeout(resolve));
  }, MARK);
}

test('a page whose memory is used up is told so by every promise, too', async () => {
  const { page } = stage;
  const response = await fetch(`${stage.server.app}/pkg/downscope_bg.wasm`);
  const bytes = [...exhaustible(new Uint8Array(await response.arrayBuffer()))];
  const { open, failed, later } = await page.evaluate(async (bytes) => {
    const { createTokenClient, initialize } = await import('/pkg/slim.js');
    await initialize(new Uint8Array(bytes).buffer);
    const told = (promise) => promise.then(() => 'fulfilled', ({ name, code }) => `${name} ${code}`);
    const client = await createTokenClient({ getToken: () => new Promise(() => {}) });
    const grant = client.grant({ scopes: ['one'] });
    const open = told(grant.token());
    const long = 'a'.repeat(100_000);
    const failed = await told(
      (async () => {
        for (let number = 0; number < 1_000; number += 1) {
          client.grant({ resource: `https://api.example/${long}${number}`, scopes: ['one'] });
        }
      })(),
    );
    return { open: await open, failed, later: await told(grant.token()) };
  }, bytes);
  const internal = 'TokenError internal';
  assert.deepEqual({ open, failed, later }, { open: internal, failed: internal, later: internal });
});
