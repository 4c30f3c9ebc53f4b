// @ts-check
import { TestBackend } from './testing-backend.js';
import { act, failure, TestGrant } from './testing-grant.js';
import { Handle, self } from './handle.js';
import { ofClient, readClient, readGrant, readRevoke } from './options.js';

export { isTokenError, TokenError } from './errors.js';
export { TokenEvent } from './events.js';
export { fixedToken } from './fixed.js';

/** @typedef {import('./index.js').RevokeReason} RevokeReason */
/** @typedef {import('./index.js').RevokeResult} RevokeResult */

/** @type {typeof import('./testing.js').initialize} There is nothing to start. */
export const initialize = async () => {};

/** @type {typeof import('./testing.js').createTokenClient} */
export const createTokenClient = async (options) => createTestClient(options);

/** @type {typeof import('./testing.js').createTestClient} */
export const createTestClient = (options = { tokenEndpoint: '/api/token' }) =>
  /** @type {any} */ (new TestClient(options));

/** @type {any} */
const asyncDispose = /** @type {any} */ (Symbol).asyncDispose ?? Symbol.for('Symbol.asyncDispose');

/** As an endpoint is given; where it leads does not matter, since nobody is asked. @type {(value: any) => string} */
const address = (value) => `${value}`;

const readers = {
  ...ofClient,
  allowedOrigins: (/** @type {any} */ value) => value,
  headers: (/** @type {any} */ value) => value,
  leaseEndpoint: address,
  revokeEndpoint: address,
  revokeHeaders: (/** @type {any} */ value) => value,
  tokenEndpoint: address,
};

class TestClient extends Handle {
  #settings;
  #backend;
  /** @type {Map<string, TestGrant>} */
  #grants = new Map();
  /** @type {Promise<RevokeResult> | undefined} */
  #closing;

  /** @param {import('./index.js').TokenClientOptions} options */
  constructor(options) {
    super();
    this.#settings = readClient(options, readers);
    this.#backend = new TestBackend(this);
  }

  get backend() {
    return this[self]().#backend;
  }

  get closed() {
    return this[self]().#closing !== undefined;
  }

  /** @param {import('./index.js').GrantOptions} options */
  grant(options) {
    const me = this[self]();
    const { resource, scopes = [] } = readGrant(options);
    if (resource !== undefined && !/^[a-z][a-z\d+.-]*:[^#\s]+$/i.test(resource)) {
      throw failure('invalid_options', { detail: '`resource` (an absolute URI without a fragment)' });
    }
    if (!scopes.length || !scopes.every((/** @type {string} */ scope) => /^[!#-[\]-~]+$/.test(scope))) {
      throw failure('invalid_options', { detail: '`scopes` (at least one; no spaces, quotes or backslashes)' });
    }
    const name = JSON.stringify([resource, scopes]);
    const known = me.#grants.get(name);
    if (known) return known;
    const grant = new TestGrant(me, me.#settings, me.#backend, resource, scopes);
    me.#grants.set(name, grant);
    return grant;
  }

  /** @param {import('./index.js').RevokeOptions} [options] */
  async revokeAll(options = {}) {
    readRevoke(options);
    const me = this[self]();
    const { tokens, confirmed } = me.#drop('logout', 'revoked');
    return { tokens, confirmed: confirmed && !me.closed };
  }

  resume() {
    for (const grant of this[self]().#grants.values()) grant[act].resume();
  }

  /** @returns {Promise<RevokeResult>} */
  close() {
    const me = this[self]();
    // Listeners that are told of it find it closed.
    me.#closing ??= Promise.resolve().then(() => result);
    const result = me.#drop('explicit', 'closed');
    return me.#closing;
  }

  async [asyncDispose]() {
    await this.close();
  }

  /**
   * @param {RevokeReason} reason
   * @param {string} code What those who wait are told.
   * @returns {RevokeResult}
   */
  #drop(reason, code) {
    let tokens = 0;
    for (const grant of this.#grants.values()) tokens += grant[act].drop(reason, code);
    return { tokens, confirmed: !tokens || !!this.#settings.revokeEndpoint };
  }
}
