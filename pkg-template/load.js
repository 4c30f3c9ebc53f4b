// @ts-check
import { need, TokenError } from './errors.js';
import { build, finish, imports } from './glue.js';

/** @typedef {import('./slim.js').WasmSource} WasmSource */

/** @param {WasmSource} source */
export const load = async (source) => {
  const module = await compile(await fetched(source));
  // Before it runs: with the glue of another build it might even start.
  if (!WebAssembly.Module.customSections(module, build).length) {
    throw new TokenError({
      code: 'unsupported',
      message: 'The WebAssembly file is of another build than its JavaScript: deploy both together, and load the page again.',
    });
  }
  finish(await WebAssembly.instantiate(module, imports()));
};

/**
 * By what they have and not by their class: the page's `Request` and `URL` need
 * not be the platform's.
 *
 * @param {any} source
 */
const fetched = (source) => {
  if (typeof source !== 'string' && !source.href && !source.method) return source;
  need('fetch');
  return fetch(source);
};

/**
 * @param {any} source
 * @returns {Promise<WebAssembly.Module>}
 */
const compile = async (source) => {
  // At once: at this size, another thread would take longer to hear of it.
  if ('byteLength' in source) return new WebAssembly.Module(source);
  // No response: a module.
  if (!('status' in source)) return source;
  if (!source.ok) throw new Error(`status ${source.status}`);
  const type = source.headers.get('content-type');
  if (/html/.test(type)) throw new Error('html');
  // Streaming insists on the type, which not every server knows.
  if (type === 'application/wasm') {
    try {
      return await WebAssembly.compileStreaming(source);
    } catch (error) {
      // It takes none but the platform's `Response`, and leaves others as they are.
      if (source.bodyUsed) throw error;
    }
  }
  return new WebAssembly.Module(await source.arrayBuffer());
};
