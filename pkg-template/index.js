// @ts-check
import { create } from './client.js';
import packed from './inline.js';

export { isTokenError, TokenError } from './errors.js';
export { TokenEvent } from './events.js';
export { fixedToken } from './fixed.js';

/** @type {typeof import('./index.js').createTokenClient} */
export const createTokenClient = (options) => create(options, unpacked);

/** The WebAssembly that is inlined, gzipped, in base64: no second request, no bundler set-up. */
const unpacked = () => {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream, { headers: { 'content-type': 'application/wasm' } });
};
