// @ts-check
import { finish, imports } from './glue.js';

/** @typedef {import('./slim.js').WasmSource} WasmSource */

/** @param {WasmSource} source */
export const load = async (source) => {
  const { instance } = await instantiate(isRequest(source) ? await fetch(source) : source);
  finish(instance);
};

/**
 * @param {Exclude<WasmSource, string | URL | Request>} source
 * @returns {Promise<{ instance: WebAssembly.Instance }>}
 */
const instantiate = async (source) => {
  if (source instanceof WebAssembly.Module) {
    return { instance: await WebAssembly.instantiate(source, imports()) };
  }
  if (!(source instanceof Response)) return WebAssembly.instantiate(source, imports());
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
