// @ts-check
import { acquire, fetchWithToken, open, peek, refused, revoke, state } from './glue.js';
import { readToken } from './options.js';
import { dead, guard, settledBy } from './wasm.js';

export class Grant extends EventTarget {
  #client;
  #grants;
  #id;
  #resource;
  #scopes;

  /**
   * @param {number} client
   * @param {Map<number, Grant>} grants Where events find their grant.
   * @param {number} id
   * @param {string | undefined} resource
   * @param {string[]} scopes
   */
  constructor(client, grants, id, resource, scopes) {
    super();
    this.#client = client;
    this.#grants = grants;
    this.#id = id;
    this.#resource = resource;
    this.#scopes = Object.freeze(scopes);
    this.#follow(id);
  }

  get resource() {
    return this.#resource;
  }

  get scopes() {
    return this.#scopes;
  }

  /** @returns {string | undefined} */
  peek() {
    if (dead) throw dead;
    return peek(this.#client, this.#id, false);
  }

  /**
   * @param {import('./index.js').TokenOptions} [options]
   * @returns {Promise<string>}
   */
  token(options) {
    // The short way: a token whose refresh is not due costs one call.
    const held = options || dead ? undefined : peek(this.#client, this.#id, true);
    return held === undefined ? this.#acquire(options) : Promise.resolve(held);
  }

  /**
   * @param {RequestInfo | URL} input
   * @param {RequestInit} [init]
   * @returns {Promise<Response>}
   */
  fetch(input, init) {
    return settledBy((settle) =>
      fetchWithToken(this.#client, this.#open(), input, init, settle),
    );
  }

  /** @param {string} token */
  reject(token) {
    guard(() => refused(this.#client, this.#id, token));
  }

  /** @returns {Promise<import('./index.js').RevokeResult>} */
  revoke() {
    return settledBy((settle) => revoke(this.#client, this.#id, false, settle));
  }

  /** @returns {import('./index.js').GrantState} */
  get state() {
    return guard(() => state(this.#client, this.#id));
  }

  /**
   * @param {import('./index.js').TokenOptions} [options]
   * @returns {Promise<string>}
   */
  #acquire(options = {}) {
    return settledBy((settle) => {
      const { minTtl = 0, forceRefresh = false, timeout = -1, signal } = readToken(options);
      const id = this.#open();
      acquire(this.#client, id, minTtl, forceRefresh, timeout, signal, settle);
    });
  }

  /** The name of this grant in WebAssembly; another one if it had to give way meanwhile. */
  #open() {
    const id = open(this.#client, this.#resource, this.#scopes.join(' '), this.#id);
    this.#follow(id);
    return id;
  }

  /** @param {number} id Zero on a closed client, of which there is nothing to tell. */
  #follow(id) {
    this.#id = id;
    if (id) this.#grants.set(id, this);
  }
}
