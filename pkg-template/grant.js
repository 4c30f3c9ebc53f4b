// @ts-check
import { acquire, fetchWithToken, open as openGrant, peek, revoke, state, unauthorized } from './glue.js';
import { Handle, self } from './handle.js';
import { codes, statuses } from './names.js';
import { readToken } from './options.js';
import { dead, guard, settledBy } from './wasm.js';

/** Has WebAssembly know of a grant. */
export const open = Symbol();

export class Grant extends Handle {
  #client;
  #grants;
  #id = 0;
  #resource;
  #scopes;

  /**
   * @param {number} client
   * @param {Map<number, Grant>} grants Where events find their grant.
   * @param {string | undefined} resource
   * @param {string[]} scopes
   */
  constructor(client, grants, resource, scopes) {
    super();
    this.#client = client;
    this.#grants = grants;
    this.#resource = resource;
    this.#scopes = Object.freeze(scopes);
  }

  get resource() {
    return this[self]().#resource;
  }

  get scopes() {
    return this[self]().#scopes;
  }

  /** @returns {string | undefined} */
  peek() {
    if (dead) throw dead;
    const me = this[self]();
    return peek(me.#client, me.#id, false);
  }

  /**
   * @param {import('./index.js').TokenOptions} [options]
   * @returns {Promise<string>}
   */
  async token(options) {
    const me = this[self]();
    // The short way: a token whose refresh is not due costs one call.
    const held = options || dead ? undefined : peek(me.#client, me.#id, true);
    return held ?? me.#acquire(options);
  }

  /**
   * @param {RequestInfo | URL} input
   * @param {RequestInit} [init]
   * @returns {Promise<Response>}
   */
  fetch(input, init) {
    const me = this[self]();
    return settledBy((settle) => fetchWithToken(me.#client, me[open](), input, init, settle));
  }

  /** @param {string} token */
  reject(token) {
    const me = this[self]();
    guard(() => unauthorized(me.#client, me.#id, token));
  }

  /** @returns {Promise<import('./index.js').RevokeResult>} */
  revoke() {
    const me = this[self]();
    return settledBy((settle) => revoke(me.#client, me.#id, false, settle), resultOf);
  }

  /** @returns {import('./index.js').GrantState} */
  get state() {
    const me = this[self]();
    const [status, issuedAt, refreshAt, expiresAt, code, scope] = guard(() => state(me.#client, me.#id));
    return {
      status: statuses[status],
      ...(expiresAt !== undefined && { issuedAt, refreshAt, expiresAt }),
      ...(code !== undefined && { error: codes[code][0] }),
      ...(scope !== undefined && { scopes: scope.split(' ') }),
    };
  }

  /**
   * @param {import('./index.js').TokenOptions} [options]
   * @returns {Promise<string>}
   */
  #acquire(options = {}) {
    return settledBy((settle) => {
      const given = readToken(options);
      acquire(this.#client, this[open](), given, settle);
    });
  }

  /**
   * The name of this grant in WebAssembly; another one if it had to give way meanwhile.
   * Zero on a closed client, of which there is nothing to tell.
   */
  [open]() {
    const id = openGrant(this.#client, this.#resource, this.#scopes.join(' '), this.#id);
    this.#id = id;
    if (id) this.#grants.set(id, this);
    return id;
  }
}

/**
 * @param {[tokens: number, confirmed: boolean]} result
 * @returns {import('./index.js').RevokeResult}
 */
export const resultOf = ([tokens, confirmed]) => ({ tokens, confirmed });
