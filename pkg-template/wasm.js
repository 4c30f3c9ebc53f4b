// @ts-check
import { start } from './glue.js';
import { errorNamed, errorOf, isTokenError, need, TokenError } from './errors.js';
import { load } from './load.js';

/** @typedef {import('./slim.js').WasmSource} WasmSource */

/** @type {Promise<void> | undefined} One instance per page: a browser holds only about a hundred. */
let started;

/** @type {TokenError | undefined} Set once WebAssembly has failed: it cannot be called any more. */
export let dead;

/** @type {Set<(reason: unknown) => void>} Rejects what is still open, should WebAssembly fail. */
const open = new Set();

/** @type {PromiseConstructor} The platform's: the page's may be that of an old library. */
export const NativePromise = /** @type {any} */ ((async () => {})().constructor);

/**
 * Starts WebAssembly, once; a start that failed is tried again.
 *
 * @param {() => WasmSource | PromiseLike<WasmSource>} source
 * @param {string[]} means The globals that it takes to get it.
 */
export const startOnce = (source, ...means) =>
  (started ??= (async () => {
    need('WebAssembly', 'TextDecoder', 'TextEncoder', 'crypto', ...means);
    await load(await source());
    start(die, errorOf);
    // Two bundles may each have a copy. That works, but they share nothing, this number apart.
    const page = /** @type {any} */ (globalThis);
    const copies = Symbol.for('downscope.instances');
    // Where it cannot be counted, nothing is lost.
    Reflect.set(page, copies, (page[copies] ?? 0) + 1);
    if (page[copies] === 2) console.warn('downscope: second_copy: two in this page share no tokens. Bundle it once.');
  })().catch((cause) => {
    // Not within: what fails at once would be forgotten before it is kept.
    started = undefined;
    throw isTokenError(cause) ? cause : new TokenError({ code: 'unsupported', message: hint(cause), cause });
  }));

/**
 * Calls into WebAssembly, unless it has failed before.
 *
 * @template T
 * @param {() => T} call
 */
export const guard = (call) => {
  if (dead) throw dead;
  try {
    return call();
  } catch (error) {
    throw dead ?? (error instanceof WebAssembly.RuntimeError ? die() : error);
  }
};

/**
 * A promise that WebAssembly settles through the function it is given.
 *
 * @template T
 * @param {(settle: (value: any, failed: boolean) => void) => void} call
 * @param {(value: any) => T} [read]
 * @returns {Promise<T>}
 */
export const settledBy = (call, read = (value) => value) =>
  new NativePromise((resolve, reject) => {
    open.add(reject);
    const settle = (/** @type {any} */ value, /** @type {boolean} */ failed) => {
      open.delete(reject);
      if (failed) reject(value);
      else resolve(read(value));
    };
    try {
      guard(() => call(settle));
    } catch (error) {
      settle(error, true);
    }
  });

const die = () => {
  dead ??= errorNamed('internal');
  for (const reject of open) reject(dead);
  open.clear();
  return dead;
};

/** @param {any} cause */
const hint = (cause) => {
  const text = String(cause?.message);
  if (/content security policy|blocked by csp|unsafe-eval|disallowed by embedder/i.test(text)) {
    return "WebAssembly is blocked by the page's Content Security Policy: add 'wasm-unsafe-eval' to script-src.";
  }
  if (/magic|\\0asm|at least 8 bytes|fell off|empty|html|fetch|load|status|invalid url/i.test(text)) {
    const why = /html|found 3c/.test(text) ? 'a web page came in its place' : text.match(/status \d+/);
    return `The WebAssembly file could not be loaded${why ? ` (${why})` : ''}. Import 'downscope' (which has it inlined) in place of 'downscope/slim', or say where it is with initialize(source).`;
  }
  return 'WebAssembly could not start here.';
};
