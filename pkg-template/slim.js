// @ts-check
import { create } from './client.js';
import { startOnce } from './wasm.js';

export { isTokenError, TokenError } from './errors.js';
export { TokenEvent } from './events.js';
export { fixedToken } from './fixed.js';

/** @type {typeof import('./slim.js').initialize} */
export const initialize = (source = beside()) => startOnce(() => source);

/** @type {typeof import('./slim.js').createTokenClient} */
export const createTokenClient = (options) => create(options, beside, 'fetch');

/** Bundlers that know `new URL(…, import.meta.url)` put the file where this says. */
const beside = () => new URL('./downscope_bg.wasm', import.meta.url);
