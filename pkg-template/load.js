// @ts-check
import { finish, imports } from './glue.js';

/** @typedef {import('./slim.js').WasmSource} WasmSource */

/** @param {WasmSource} source */
export const load = async (source) => {
  const made = await instantiate(isRequest(source) ? await fetch(source) : source);
  // Of a module it makes an instance, of all else both.
  finish(made.instance ?? made);
};

/**
 * @param {Exclude<WasmSource, string | URL | Request>} source
 * @returns {Promise<any>}
 */
const instantiate = async (source) => {
  if (!(source instanceof Response)) return WebAssembly.instantiate(/** @type {any} */ (source), imports());
  if (!source.ok) throw new Error(`status ${source.status}`);
  // Streaming insists on the type, which not every server knows.
  return source.headers.get('content-type') === 'application/wasm'
    ? WebAssembly.instantiateStreaming(source, imports())
    : WebAssembly.instantiate(await source.arrayBuffer(), imports());
};

/**
 * @param {WasmSource} source
 * @returns {source is string | URL | Request}
 */
const isRequest = (source) =>
  typeof source === 'string' || source instanceof URL || source instanceof Request;
