// @ts-check
// `./slim` for who leaves the file beside a script behind: the `exports` say when.
import { unpacked } from './unpack.js';
import { startOnce } from './wasm.js';

export { createTokenClient, fixedToken, isTokenError, TokenError, TokenEvent } from './index.js';

/** @type {typeof import('./slim.js').initialize} */
export const initialize = (source) =>
  source === undefined ? startOnce(unpacked, 'DecompressionStream') : startOnce(() => source);
