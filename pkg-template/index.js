// @ts-check
import { create } from './client.js';
import { unpacked } from './unpack.js';

export { isTokenError, TokenError } from './errors.js';
export { TokenEvent } from './events.js';
export { fixedToken } from './fixed.js';

/** @type {typeof import('./index.js').createTokenClient} */
export const createTokenClient = (options) => create(options, unpacked, 'DecompressionStream');
