// @ts-check
import { dead, guard, settledBy } from './wasm.js';

/** @typedef {import('./glue.js').Handle} Handle */

export class Grant extends EventTarget {
  #handle;
  #grants;
  #id;
  #key;

  /**
   * @param {Handle} handle
   * @param {Map<number, Grant>} grants Where events find their grant.
   * @param {number} id
   */
  constructor(handle, grants, id) {
    super();
    this.#handle = handle;
    this.#grants = grants;
    this.#id = id;
    this.#key = /** @type {{ resource?: string, scopes: string[] }} */ (handle.key(id));
    Object.freeze(this.#key.scopes);
    grants.set(id, this);
  }

  get resource() {
    return this.#key.resource;
  }

  get scopes() {
    return this.#key.scopes;
  }

  /** @returns {string | undefined} */
  peek() {
    if (dead) throw dead;
    return this.#handle.peek(this.#id, false);
  }

  /**
   * @param {import('./index.js').TokenOptions} [options]
   * @returns {Promise<string>}
   */
  token(options) {
    // The short way: a token whose refresh is not due costs one call.
    const token = options || dead ? undefined : this.#handle.peek(this.#id, true);
    if (token !== undefined) return Promise.resolve(token);
    return settledBy((resolve, reject) =>
      this.#handle.token(this.#open(), options, resolve, reject),
    );
  }

  /**
   * @param {RequestInfo | URL} input
   * @param {RequestInit} [init]
   * @returns {Promise<Response>}
   */
  fetch(input, init) {
    return settledBy((resolve, reject) =>
      this.#handle.fetch(this.#open(), input, init, resolve, reject),
    );
  }

  /** @param {string} token */
  reject(token) {
    guard(() => this.#handle.refused(this.#id, token));
  }

  /** @returns {Promise<import('./index.js').RevokeResult>} */
  revoke() {
    return settledBy((resolve) => this.#handle.revoke(this.#id, resolve));
  }

  /** @returns {import('./index.js').GrantState} */
  get state() {
    return guard(() => this.#handle.state(this.#id));
  }

  /** The name of this grant in WebAssembly; another one if it had to give way meanwhile. */
  #open() {
    const id = this.#handle.open(this.#key, this.#id);
    this.#id = id;
    if (!this.#grants.has(id)) this.#grants.set(id, this);
    return id;
  }
}
