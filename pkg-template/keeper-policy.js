// @ts-check
// What a keeper may be asked for: decided in Rust, by what stands in the keeper's own file.
import { errorNamed } from './errors.js';
import { addRule, answerHeaders, begin, finish, imports, judgeGrant, judgeRequest, origins } from './keeper-glue.js';
import { packed, size } from './keeper-inline.js';
import { refusals } from './keeper-names.js';
import { unpack } from './unpack.js';

/** @typedef {import('./keeper.js').KeeperGrant} KeeperGrant */
/** @typedef {import('./keeper.js').KeeperLimits} KeeperLimits */

const LISTS = /** @type {const} */ (['urls', 'methods', 'queries', 'headers', 'answerHeaders']);
const KNOWN = ['resource', 'scopes', 'redirects', ...LISTS];
const LIMITS = ['requests', 'grants', 'body'];

/**
 * @typedef {object} Policy
 * @property {string[]} origins Where a token may be sent.
 * @property {(resource: string | undefined, scopes: string[], open: number) => Verdict} grant
 * @property {(rule: number, asked: Asked, open: number) => string | undefined} request Why not.
 * @property {(rule: number) => string[]} answerHeaders
 * @property {(rule: number) => RequestRedirect} redirect
 */

/** @typedef {{ rule: number, refusal?: undefined } | { refusal: string }} Verdict */

/**
 * @typedef {{ resource: string | undefined, method: string, url: string, headers: [string, string][], body: ArrayBuffer | undefined }} Asked
 */

/**
 * @param {KeeperGrant[]} grants
 * @param {KeeperLimits | undefined} limits
 * @param {string[]} endpoints Absolute.
 * @returns {Promise<Policy>}
 */
export const startPolicy = async (grants, limits = {}, endpoints) => {
  if (!Array.isArray(grants) || !grants.length) throw misused('`grants` (a list of at least one)');
  const { instance } = await WebAssembly.instantiate(await unpack(packed, size), imports());
  finish(instance);
  const [requests, open, body] = LIMITS.map((name) => limitOf(limits, name));
  unknown(limits, LIMITS);
  begin(endpoints.join(' '), requests, open, body);
  grants.forEach(add);
  return {
    origins: origins().split(' '),
    grant: (resource, scopes, open) => {
      const judged = judgeGrant(resource, scopes.join(' '), open);
      return judged < 0 ? { refusal: refusals[-1 - judged] } : { rule: judged };
    },
    request: (rule, { resource, method, url, headers, body }, open) => {
      const names = headers.map(([name]) => name);
      const length = headers.reduce((length, [name, value]) => length + name.length + value.length, 0);
      const judged = judgeRequest(rule, resource, method, url, names.join(' '), length, body?.byteLength ?? 0, open);
      return judged < 0 ? refusals[-1 - judged] : undefined;
    },
    answerHeaders: (rule) => answerHeaders(rule).split(' ').filter(Boolean),
    redirect: (rule) => (grants[rule].redirects ? 'follow' : 'error'),
  };
};

/**
 * @param {KeeperGrant} grant
 * @param {number} at
 */
const add = (grant, at) => {
  const name = `\`grants[${at}]\``;
  if (typeof grant !== 'object' || !grant) throw misused(`${name} (an object)`);
  unknown(grant, KNOWN, name);
  const { resource, scopes } = grant;
  if (resource !== undefined && typeof resource !== 'string') throw misused(`${name} (\`resource\`, a string)`);
  const expected = addRule(resource, textOf(scopes, name) ?? '', ...LISTS.map((list) => textOf(grant[list], name)));
  if (expected) throw misused(`${name} (${expected})`);
};

/**
 * @param {readonly string[] | undefined} list
 * @param {string} name
 */
const textOf = (list, name) => {
  if (list === undefined) return undefined;
  const isList = Array.isArray(list) && list.every((one) => typeof one === 'string' && one && !/\s/.test(one));
  if (!isList) throw misused(`${name} (lists of texts without spaces)`);
  return list.join(' ');
};

/**
 * @param {any} limits
 * @param {string} name
 */
const limitOf = (limits, name) => {
  const limit = limits[name] ?? 0;
  if (!Number.isInteger(limit) || limit < 0 || limit > 2 ** 31) throw misused(`\`limits.${name}\` (a number)`);
  return limit;
};

/**
 * @param {object} given
 * @param {string[]} known
 * @param {string} [name]
 */
const unknown = (given, known, name = '`limits`') => {
  const other = Object.keys(given).find((one) => !known.includes(one));
  if (other) throw misused(`${name} (\`${other.slice(0, 32)}\` is unknown)`);
};

/** @param {string} detail */
const misused = (detail) => errorNamed('invalid_options', detail);
