// @ts-check
import { close, create as createClient, find as findGrant, resume, revoke } from './glue.js';
import { Grant, open, resultOf } from './grant.js';
import { need } from './errors.js';
import { TokenEvent } from './events.js';
import { Handle, self } from './handle.js';
import { notices } from './names.js';
import { readClient, readGrant, readRevoke } from './options.js';
import { guard, NativePromise, settledBy, startOnce } from './wasm.js';

/** @typedef {import('./index.js').TokenClient} TokenClient */
/** @typedef {import('./index.js').TokenClientOptions} TokenClientOptions */
/** @typedef {import('./index.js').RevokeResult} RevokeResult */
/** @typedef {import('./slim.js').WasmSource} WasmSource */

/** @type {any} Symbols that older engines lack are registered under the name that polyfills use. */
const asyncDispose = /** @type {any} */ (Symbol).asyncDispose ?? Symbol.for('Symbol.asyncDispose');

/**
 * @param {TokenClientOptions} options
 * @param {() => WasmSource | PromiseLike<WasmSource>} source
 * @param {string} means The global that `source` needs.
 * @returns {Promise<TokenClient>}
 */
export const create = async (options, source, means) => {
  await startOnce(source, means);
  return /** @type {any} */ (new Client(options));
};

class Client extends Handle {
  #client;
  /** @type {Map<number, Grant>} One handle for a resource and scopes, by the number that WebAssembly has for them. */
  #grants = new Map();
  /** @type {Map<string, WeakRef<Grant>>} By name, those that gave way: whoever has one gets the same again. */
  #departed = new Map();
  #sweepAt = 100;
  /** @type {Promise<RevokeResult> | undefined} */
  #closing;

  /** @param {TokenClientOptions} options */
  constructor(options) {
    super();
    const given = readClient(options);
    if (given.tokenEndpoint) need('fetch');
    this.#client = guard(() =>
      createClient(given, (/** @type {number} */ grant, /** @type {number} */ notice, /** @type {unknown} */ what) =>
        this.#notify(grant, notices[notice], what),
      ),
    );
  }

  get closed() {
    return this[self]().#closing !== undefined;
  }

  /** @param {import('./index.js').GrantOptions} options */
  grant(options) {
    const me = this[self]();
    const { resource, scopes = [] } = readGrant(options);
    const scope = scopes.join(' ');
    const find = () => guard(() => findGrant(me.#client, resource, scope));
    const current = me.#grants.get(find());
    if (current) return current;
    const name = nameOf({ resource, scopes });
    const former = me.#former(name);
    if (former) return former;
    const grant = new Grant(me.#client, me.#grants, resource, scopes);
    // Opening it may make another one give way, whose listeners may ask for this one,
    // or make this one give way in turn.
    me.#depart(name, grant);
    guard(() => grant[open]());
    if (me.#grants.get(find()) === grant) me.#departed.delete(name);
    return grant;
  }

  /**
   * @param {import('./index.js').RevokeOptions} [options]
   * @returns {Promise<RevokeResult>}
   */
  revokeAll(options = {}) {
    const me = this[self]();
    return settledBy((settle) => {
      const { everyTab = false } = readRevoke(options);
      revoke(me.#client, 0, everyTab, settle);
    }, resultOf);
  }

  resume() {
    const me = this[self]();
    guard(() => resume(me.#client));
  }

  /** @returns {Promise<RevokeResult>} */
  close() {
    const me = this[self]();
    if (!me.#closing) {
      /** @type {(result: Promise<RevokeResult>) => void} */
      let settle = () => {};
      // Before anything happens: a listener that is told of it may close again.
      me.#closing = new NativePromise((resolve) => {
        settle = resolve;
      });
      settle(settledBy((closed) => close(me.#client, closed), resultOf));
    }
    return me.#closing;
  }

  /** @returns {Promise<void>} */
  async [asyncDispose]() {
    await this.close();
  }

  /**
   * The handle that there was for a grant which gave way, or of a client that is closed.
   *
   * @param {string} name
   */
  #former(name) {
    const departed = this.#departed.get(name)?.deref();
    if (departed || !this.#closing) return departed;
    return [...this.#grants.values()].find((grant) => nameOf(grant) === name);
  }

  /**
   * @param {string} name
   * @param {Grant} grant
   */
  #depart(name, grant) {
    this.#departed.set(name, new WeakRef(grant));
    // Not by a finalizer: one that runs puts a page out of Chromium's back/forward cache.
    if (this.#departed.size > this.#sweepAt) {
      this.#departed.forEach((handle, name) => handle.deref() ?? this.#departed.delete(name));
      this.#sweepAt = this.#departed.size * 2 + 100;
    }
  }

  /**
   * @param {number} id Zero: the lease.
   * @param {string} type
   * @param {unknown} what
   */
  #notify(id, type, what) {
    const grant = this.#grants.get(id);
    const part = /** @type {Record<string, string>} */ (parts)[type];
    const detail = part ? { [part]: what } : {};
    // Before anybody hears that it gave way, and asks for it again.
    if (grant && (type === 'gone' || what === 'evicted')) {
      this.#grants.delete(id);
      this.#depart(nameOf(grant), grant);
    }
    if (type === 'gone') {
      // Nobody needs to know.
    } else if (!id) {
      this.dispatchEvent(new TokenEvent(type, detail));
    } else if (grant) {
      const named = { ...detail, resource: grant.resource };
      grant.dispatchEvent(new TokenEvent(type, named));
      this.dispatchEvent(new TokenEvent(type, named));
    }
  }
}

/** @param {{ resource: string | undefined, scopes: readonly string[] }} grant */
const nameOf = ({ resource, scopes }) => JSON.stringify([resource, scopes]);

/** What the detail of an event is called. */
const parts = { error: 'error', expiring: 'expiresAt', refreshed: 'expiresAt', revoked: 'reason' };
