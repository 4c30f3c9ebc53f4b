// @ts-check
import { errorNamed } from './errors.js';
import { checkEndpoint, plainHeaders } from './glue.js';

/** What an option should have been; nothing else that is thrown is ever quoted. */
class Expected {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/**
 * Reads one option: gives its value in the form that WebAssembly takes.
 *
 * @typedef {(value: any) => unknown} Reader
 */

/** @type {<T>(value: T, accepted: unknown, expected: string) => T} */
const accept = (value, accepted, expected) => {
  if (!accepted) throw new Expected(expected);
  return value;
};

/** @type {Reader} */
const callback = (value) => accept(value, typeof value === 'function', 'a function');

/** @type {Reader} */
const headers = (value) => {
  try {
    return plainHeaders(accept(value, typeof value === 'object' && value, ''));
  } catch {
    throw new Expected('an object of names and values that HTTP allows');
  }
};

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
const text = (value) => (typeof value?.href === 'string' ? value.href : value);

/** @param {any} value */
const endpoint = (value) => {
  const given = accept(text(value), value && typeof text(value) === 'string', 'a URL');
  try {
    return checkEndpoint(given);
  } catch (expected) {
    throw typeof expected === 'string' ? new Expected(expected) : expected;
  }
};

/** @type {Reader} */
const origins = (value) =>
  accept(
    value,
    Array.isArray(value) && value.length && value.every((one) => endpoint(one) === `${one}/`),
    'a list of origins such as https://api.example',
  ).join(' ');

/** @type {Record<keyof import('./index.js').TokenClientOptions, Reader>} */
export const ofClient = {
  allowedOrigins: origins,
  app: (value) => accept(value, value && typeof value === 'string', 'a string'),
  credentials: (value) =>
    accept(value, ['omit', 'same-origin', 'include'].includes(value), 'omit, same-origin or include'),
  deferred: flag,
  expiryMargin: millis(1000),
  getToken: callback,
  // As a function in either case.
  headers: (value) => (typeof value === 'function' ? value : (headers(value), () => value)),
  leaseEndpoint: endpoint,
  maxAge: (value) => accept(value, Number.isFinite(value) && value >= 1000, 'milliseconds: 1000 and more'),
  maxGrants: (value) =>
    accept(
      value,
      Number.isInteger(value) && value >= 1 && value <= 1e6,
      'an integer from 1 to 1,000,000',
    ),
  refreshLead: millis(1000),
  requestTimeout: millis(1),
  revokeEndpoint: endpoint,
  revokeHeaders: headers,
  revokeOn: (value) => accept(value, ['pagehide', 'hidden'].includes(value), 'pagehide or hidden'),
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

/** @type {Record<keyof import('./index.js').RevokeOptions, Reader>} */
const ofRevoke = { everyTab: flag };

/** @type {Record<keyof import('./index.js').TokenOptions, Reader>} */
const ofToken = {
  forceRefresh: flag,
  minTtl: millis(1000),
  signal: (value) =>
    accept(value, typeof value?.aborted === 'boolean' && value.addEventListener, 'an AbortSignal'),
  timeout: millis(1),
};

/**
 * Refuses what is unknown or ill-typed, by name; `undefined` counts as absent.
 *
 * @param {any} options
 * @param {Record<string, Reader>} readers
 */
const read = (options, readers) => {
  if (typeof options !== 'object' || !options) throw misused('the options (an object)');
  // Without a prototype: whatever has been put there is no option of the app's.
  /** @type {Record<string, any>} */
  const values = Object.create(null);
  for (const name of Object.keys(options)) {
    try {
      const value = accept(options, Object.hasOwn(readers, name), 'unknown')[name];
      if (value !== undefined) values[name] = readers[name](value);
    } catch (error) {
      const expected = error instanceof Expected ? error.text : 'it cannot be read';
      // No longer than a name is: what was put in its place by mistake should
      // not be spread.
      throw misused(`\`${name.slice(0, 32)}\` (${expected})`);
    }
  }
  return values;
};

/**
 * @param {unknown} options
 * @param {Record<string, Reader>} [readers]
 */
export const readClient = (options, readers = ofClient) => {
  const values = read(options, readers);
  if (!values.tokenEndpoint === !values.getToken) {
    throw misused('`tokenEndpoint` (give either this or `getToken`)');
  }
  return values;
};

/** @param {unknown} options */
export const readGrant = (options) => read(options, ofGrant);

/** @param {unknown} options */
export const readRevoke = (options) => read(options, ofRevoke);

/** @param {unknown} options */
export const readToken = (options) => read(options, ofToken);

/** @param {string} detail */
const misused = (detail) => errorNamed('invalid_options', detail);
