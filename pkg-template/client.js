// @ts-check
import { close, create as createClient, open, resume, revoke } from './glue.js';
import { follow, Grant } from './grant.js';
import { TokenEvent } from './events.js';
import { readClient, readGrant, readRevoke } from './options.js';
import { guard, settledBy, startOnce } from './wasm.js';

/** @typedef {import('./index.js').TokenClient} TokenClient */
/** @typedef {import('./index.js').TokenClientOptions} TokenClientOptions */
/** @typedef {import('./index.js').RevokeResult} RevokeResult */
/** @typedef {import('./slim.js').WasmSource} WasmSource */

/** @type {any} Symbols that older engines lack are registered under the name that polyfills use. */
const asyncDispose = /** @type {any} */ (Symbol).asyncDispose ?? Symbol.for('Symbol.asyncDispose');

/**
 * @param {TokenClientOptions} options
 * @param {() => WasmSource | PromiseLike<WasmSource>} source
 * @returns {Promise<TokenClient>}
 */
export const create = async (options, source) => {
  await startOnce(source);
  return /** @type {any} */ (new Client(options));
};

class Client extends EventTarget {
  #client;
  /** @type {Map<number, Grant>} Where events find their grant. */
  #grants = new Map();
  /** @type {Map<string, WeakRef<Grant>>} Grants that gave way: one handle for a resource and scopes, for as long as anybody has it. */
  #gone = new Map();
  #forgotten = new FinalizationRegistry((/** @type {string} */ key) => {
    if (!this.#gone.get(key)?.deref()) this.#gone.delete(key);
  });
  /** @type {Promise<RevokeResult> | undefined} */
  #closing;

  /** @param {TokenClientOptions} options */
  constructor(options) {
    super();
    const given = readClient(options);
    // Below zero: the default, which is WebAssembly's to know.
    const { refreshLead = -1, expiryMargin = -1, maxAge = -1, timeout = -1, requestTimeout = -1, maxGrants = -1 } = given;
    this.#client = guard(() =>
      createClient(
        given,
        !!given.revokeEndpoint,
        !!given.leaseEndpoint,
        given.revokeOn === 'hidden',
        refreshLead,
        expiryMargin,
        maxAge,
        timeout,
        requestTimeout,
        maxGrants,
        (/** @type {number} */ grant, /** @type {string} */ type, /** @type {object} */ detail) =>
          this.#notify(grant, type, detail),
      ),
    );
  }

  get closed() {
    return this.#closing !== undefined;
  }

  /** @param {import('./index.js').GrantOptions} options */
  grant(options) {
    const { resource, scopes = [] } = readGrant(options);
    const id = guard(() => open(this.#client, resource, scopes.join(' '), 0));
    const known = this.#grants.get(id) ?? this.#gone.get(keyOf(resource, scopes))?.deref();
    if (known) follow(known, id);
    return known ?? new Grant(this.#client, this.#grants, id, resource, scopes);
  }

  /**
   * @param {import('./index.js').RevokeOptions} [options]
   * @returns {Promise<RevokeResult>}
   */
  revokeAll(options = {}) {
    return settledBy((settle) => {
      const { everyTab = false } = readRevoke(options);
      revoke(this.#client, 0, everyTab, settle);
    });
  }

  resume() {
    guard(() => resume(this.#client));
  }

  /** @returns {Promise<RevokeResult>} */
  close() {
    if (!this.#closing) {
      /** @type {(result: Promise<RevokeResult>) => void} */
      let settle = () => {};
      // Before anything happens: a listener that is told of it may close again.
      this.#closing = new Promise((resolve) => {
        settle = resolve;
      });
      settle(settledBy((closed) => close(this.#client, closed)));
    }
    return this.#closing;
  }

  /** @returns {Promise<void>} */
  async [asyncDispose]() {
    await this.close();
  }

  /**
   * @param {number} id Zero: the lease.
   * @param {string} type
   * @param {object} detail
   */
  #notify(id, type, detail) {
    const grant = this.#grants.get(id);
    if (type === 'gone' && grant) {
      const key = keyOf(grant.resource, grant.scopes);
      this.#gone.set(key, new WeakRef(grant));
      this.#forgotten.register(grant, key);
      this.#grants.delete(id);
    } else if (!id) {
      this.dispatchEvent(new TokenEvent(type, detail));
    } else if (grant) {
      const named = { ...detail, resource: grant.resource };
      grant.dispatchEvent(new TokenEvent(type, named));
      this.dispatchEvent(new TokenEvent(type, named));
    }
  }
}

/**
 * @param {string | undefined} resource
 * @param {readonly string[]} scopes
 */
const keyOf = (resource, scopes) => JSON.stringify([resource, scopes]);
