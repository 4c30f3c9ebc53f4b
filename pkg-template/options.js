// @ts-check
import { TokenError } from './errors.js';
import { isSafe } from './wasm.js';

/**
 * Reads one option: gives its value in the form that WebAssembly takes, or
 * throws a text that says what it should have been.
 *
 * @typedef {(value: any) => unknown} Reader
 */

/** @type {<T>(value: T, accepted: unknown, expected: string) => T} */
const accept = (value, accepted, expected) => {
  if (!accepted) throw expected;
  return value;
};

/** @type {Reader} */
const callback = (value) => accept(value, typeof value === 'function', 'a function');

/** @type {Reader} */
const record = (value) => accept(value, typeof value === 'object' && value, 'an object');

/** @type {Reader} */
const flag = (value) => accept(value, typeof value === 'boolean', 'true or false');

/** @type {(least: number) => Reader} Where less than a second makes no sense, it was most likely meant in seconds. */
const millis = (least) => (value) =>
  accept(
    value,
    Number.isFinite(value) && (value >= least || (value === 0 && least > 1)),
    least > 1 ? 'milliseconds: 0, or 1000 and more' : 'milliseconds: 1 or more',
  );

/** @param {any} value */
const text = (value) => (value instanceof URL ? value.href : value);

/** @param {any} value */
const endpoint = (value) => {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  let url;
  try {
    url = new URL(accept(text(value), value && typeof text(value) === 'string', 'a URL'), base);
  } catch {
    throw 'a URL';
  }
  return accept(url, isSafe(url.protocol, url.hostname), 'https:, or http: on loopback').href;
};

/** @type {Reader} */
const origins = (value) =>
  accept(
    value,
    Array.isArray(value) && value.length && value.every((one) => endpoint(one) === `${one}/`),
    'a list of origins such as https://api.example',
  );

/** @type {Record<keyof import('./index.js').TokenClientOptions, Reader>} */
const ofClient = {
  allowedOrigins: origins,
  credentials: (value) =>
    accept(value, /^(omit|same-origin|include)$/.test(value), 'omit, same-origin or include'),
  expiryMargin: millis(1000),
  getToken: callback,
  // As a function in either case.
  headers: (value) =>
    typeof value === 'function' ? value : (record(value), () => value),
  maxAge: (value) => accept(value, Number.isFinite(value) && value >= 1000, 'milliseconds: 1000 and more'),
  maxGrants: (value) => accept(value, value >= 1 && value <= 1e6, 'a number from 1 to 1,000,000'),
  refreshLead: millis(1000),
  requestTimeout: millis(1),
  revokeEndpoint: endpoint,
  revokeHeaders: record,
  timeout: millis(1),
  tokenEndpoint: endpoint,
};

/** @type {Record<keyof import('./index.js').GrantOptions, Reader>} */
const ofGrant = {
  resource: (value) => accept(text(value), typeof text(value) === 'string', 'a URL'),
  scopes: (value) =>
    [...new Set(
      accept(
        value,
        Array.isArray(value) && value.every((one) => typeof one === 'string' && !/ /.test(one)),
        'a list of strings without spaces',
      ),
    )].sort(),
};

/** @type {Record<keyof import('./index.js').TokenOptions, Reader>} */
const ofToken = {
  forceRefresh: flag,
  minTtl: millis(1000),
  signal: (value) => accept(value, value && 'aborted' in value, 'an AbortSignal'),
  timeout: millis(1),
};

/**
 * Refuses what is unknown or ill-typed, by name; `undefined` counts as absent.
 *
 * @param {any} options
 * @param {Record<string, Reader>} readers
 */
const read = (options, readers) => {
  /** @type {Record<string, any>} */
  const values = {};
  try {
    for (const [name, value] of Object.entries(record(options) ?? {})) {
      try {
        if (!Object.hasOwn(readers, name)) throw 'unknown';
        if (value !== undefined) values[name] = readers[name](value);
      } catch (expected) {
        // No longer than a name is: what was put in its place by mistake
        // should not be spread.
        throw `\`${name.slice(0, 32)}\` (${expected})`;
      }
    }
  } catch (what) {
    throw misused(what === 'an object' ? 'the options (an object)' : what);
  }
  return values;
};

/** @param {unknown} options */
export const readClient = (options) => {
  const values = read(options, ofClient);
  if (!values.tokenEndpoint === !values.getToken) {
    throw misused('`tokenEndpoint` (give either this or `getToken`)');
  }
  return values;
};

/** @param {unknown} options */
export const readGrant = (options) => read(options, ofGrant);

/** @param {unknown} options */
export const readToken = (options) => read(options, ofToken);

/** @param {unknown} detail */
const misused = (detail) =>
  new TokenError({
    code: 'invalid_options',
    message: 'Option not accepted:',
    detail: String(detail),
  });
