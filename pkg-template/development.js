// @ts-check
// The default entry in development.
import { createTokenClient as create } from './index.js';
import { watched } from './watch.js';

export { fixedToken, isTokenError, TokenError, TokenEvent } from './index.js';

/** @type {typeof import('./index.js').createTokenClient} */
export const createTokenClient = (options) => watched(create(options), options);
