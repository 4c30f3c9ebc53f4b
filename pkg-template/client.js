// @ts-check
import { Grant } from './grant.js';
import { TokenEvent } from './events.js';
import { createHandle, guard, settledBy, startOnce } from './wasm.js';

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
  #handle;
  /** @type {Map<number, Grant>} */
  #grants = new Map();
  /** @type {Promise<RevokeResult> | undefined} */
  #closing;

  /** @param {TokenClientOptions} options */
  constructor(options) {
    super();
    this.#handle = createHandle(options, (grant, type, detail) => this.#notify(grant, type, detail));
  }

  get closed() {
    return this.#closing !== undefined;
  }

  /** @param {import('./index.js').GrantOptions} options */
  grant(options) {
    const id = guard(() => this.#handle.open(options));
    return this.#grants.get(id) ?? new Grant(this.#handle, this.#grants, id);
  }

  /** @returns {Promise<RevokeResult>} */
  revokeAll() {
    return settledBy((resolve) => this.#handle.revoke_all(resolve));
  }

  resume() {
    guard(() => this.#handle.resume());
  }

  /** @returns {Promise<RevokeResult>} */
  close() {
    return (this.#closing ??= settledBy((resolve) => this.#handle.close(resolve)));
  }

  /** @returns {Promise<void>} */
  async [asyncDispose]() {
    await this.close();
  }

  /**
   * @param {number} id
   * @param {string} type
   * @param {object} detail
   */
  #notify(id, type, detail) {
    const grant = this.#grants.get(id);
    if (type === 'gone') {
      this.#grants.delete(id);
    } else if (grant) {
      const named = { ...detail, resource: grant.resource };
      grant.dispatchEvent(new TokenEvent(type, named));
      this.dispatchEvent(new TokenEvent(type, named));
    }
  }
}
