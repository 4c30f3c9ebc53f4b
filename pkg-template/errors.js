// @ts-check
import { codes } from './names.js';

/** @typedef {import('./index.js').TokenErrorCode} TokenErrorCode */

/**
 * What an error is made of; never a token, never a response body.
 *
 * @typedef {object} Raw
 * @property {TokenErrorCode} code
 * @property {string} message
 * @property {string} [detail]
 * @property {boolean} [retryable]
 * @property {number} [status]
 * @property {number} [retryAfter]
 * @property {string} [oauthError]
 * @property {unknown} [cause]
 */

export class TokenError extends Error {
  /** @type {TokenErrorCode} */
  code;
  /** @type {boolean} */
  retryable;

  /** @param {Raw} raw */
  constructor({ code, message, detail, retryable = false, ...rest }) {
    // The code again, for where nothing else arrives: `structuredClone`, a log.
    super(`${code}: ${message}${detail ? ` ${detail}` : ''}`);
    this.code = code;
    this.retryable = retryable;
    Object.assign(this, rest);
  }

  get name() {
    return /** @type {const} */ ('TokenError');
  }
}

/**
 * An error of WebAssembly's.
 *
 * @param {any[]} raw The number of its code, its status and so on; absent is `undefined`.
 */
export const errorOf = ([number, status, retryAfter, oauthError, detail]) => {
  const [code, message, retryable] = codes[number];
  const rest = { status, retryAfter, oauthError };
  for (const name of Object.keys(rest)) {
    if (/** @type {any} */ (rest)[name] === undefined) delete /** @type {any} */ (rest)[name];
  }
  return new TokenError({ code, message, retryable, detail, ...rest });
};

/**
 * An error of the same kind, found without WebAssembly.
 *
 * @param {TokenErrorCode} name
 * @param {string} [detail]
 */
export const errorNamed = (name, detail) =>
  errorOf([codes.findIndex(([code]) => code === name), undefined, undefined, undefined, detail]);

/** @type {typeof import('./index.js').isTokenError} */
// By name and not by `instanceof`: the error may come from another frame or
// from a second copy of this module.
export const isTokenError = (value) =>
  /** @type {any} */ (value)?.name === 'TokenError' &&
  typeof (/** @type {any} */ (value).code) === 'string';

/**
 * Refuses where globals are missing, which only happens outside of browsers.
 *
 * @param {string[]} names
 */
export const need = (...names) => {
  const missing = names.filter((name) => !(/** @type {any} */ (globalThis)[name])).join(', ');
  if (missing) {
    throw new TokenError({
      code: 'unsupported',
      message: `No ${missing} here: use another browser or, in tests, Node's or downscope/testing, which needs none.`,
    });
  }
};
