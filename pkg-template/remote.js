// @ts-check
// The client of a page whose tokens are held by a keeper.
import { errorNamed, TokenError } from './errors.js';
import { TokenEvent } from './events.js';
import { Handle, self } from './handle.js';
import { platform } from './platform.js';
import { failure, RemoteGrant } from './remote-grant.js';

/** @type {any} Symbols that older engines lack are registered under the name that polyfills use. */
const asyncDispose = /** @type {any} */ (Symbol).asyncDispose ?? Symbol.for('Symbol.asyncDispose');

/**
 * The way to a keeper.
 *
 * @typedef {object} Link
 * @property {(port: MessagePort, failed: () => void) => void} open Starts the keeper and gives it its end.
 * @property {() => boolean} isThere
 * @property {(isDone: boolean) => void} end Lets go of the keeper; whether nothing of it can be alive.
 * @property {(message: any) => boolean} heard Whether a message was about the link.
 */

/** @typedef {{ resolve: (value: any) => void, reject: (reason: unknown) => void, hear?: (message: any) => void }} Waiting */

/**
 * @typedef {object} Connection
 * @property {(message: unknown, moved?: Transferable[]) => void} post
 * @property {(waiting: Waiting) => number} wait Gives the call its number.
 * @property {(call: number) => void} forget
 */

/** How long a keeper may take to start. */
const PATIENCE = 30_000;

export const CONNECT = 'downscope connect';

export class RemoteClient extends Handle {
  #link;
  /** @type {Map<string, RemoteGrant>} */
  #grants = new Map();
  /** @type {Promise<Connection> | undefined} */
  #connecting;
  /** @type {MessagePort | undefined} Of the keeper that there is or that starts: what others say is no longer heard. */
  #port;
  /** @type {(() => void) | undefined} Has who waits for that keeper wait no longer. */
  #giveUp;
  /** @type {Map<number, Waiting>} */
  #calls = new Map();
  #lastCall = 0;
  /** @type {Promise<import('./index.js').RevokeResult> | undefined} */
  #closing;

  /** @param {Link} link */
  constructor(link) {
    super();
    this.#link = link;
  }

  get closed() {
    return this[self]().#closing !== undefined;
  }

  /** @returns {Promise<Connection>} */
  connected() {
    if (this.#closing) return Promise.reject(errorNamed('closed'));
    if (this.#connecting && !this.#link.isThere()) this.lost();
    return (this.#connecting ??= this.#connect());
  }

  /** @param {import('./index.js').GrantOptions} options */
  grant(options) {
    const me = this[self]();
    const { resource, scopes } = wanted(options);
    const name = JSON.stringify([resource, scopes]);
    const known = me.#grants.get(name);
    if (known) return known;
    const grant = new RemoteGrant(me, me.#grants.size + 1, resource, scopes);
    me.#grants.set(name, grant);
    return grant;
  }

  /**
   * @param {import('./index.js').RevokeOptions} [options]
   * @returns {Promise<import('./index.js').RevokeResult>}
   */
  async revokeAll({ everyTab = false } = {}) {
    const me = this[self]();
    return me.call('revoke', 0, everyTab);
  }

  resume() {
    const me = this[self]();
    if (!me.#connecting || me.#closing) return;
    me.#connecting.then(({ post }) => post(['resume'])).catch(() => {});
  }

  /** @returns {Promise<import('./index.js').RevokeResult>} */
  close() {
    const me = this[self]();
    me.#closing ??= me.#close(me.#connecting);
    return me.#closing;
  }

  /** @returns {Promise<void>} */
  async [asyncDispose]() {
    await this.close();
  }

  /**
   * An order that is answered once.
   *
   * @param {string} order
   * @param {unknown[]} rest
   * @returns {Promise<any>}
   */
  async call(order, ...rest) {
    const { post, wait } = await this.connected();
    return new Promise((resolve, reject) => {
      post([order, wait({ resolve, reject }), ...rest]);
    });
  }

  /** The keeper is gone, with whatever was under way; who asks next starts another. */
  lost() {
    this.#connecting = undefined;
    this.#port = undefined;
    this.#giveUp?.();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { reject } of calls) reject(failure());
    this.#grants.forEach((grant) => grant.lost());
  }

  /** @param {Promise<Connection> | undefined} connecting */
  async #close(connecting) {
    let result = { tokens: 0, confirmed: true };
    if (!connecting) return result;
    // One that is gone answers nobody.
    if (!this.#link.isThere()) {
      this.lost();
      this.#link.end(false);
      return { tokens: 0, confirmed: false };
    }
    try {
      const { post, wait } = await connecting;
      result = await new Promise((resolve, reject) => {
        post(['close', wait({ resolve, reject })]);
      });
    } catch {
      result = { tokens: 0, confirmed: false };
    }
    this.#connecting = undefined;
    for (const { reject } of this.#calls.values()) reject(errorNamed('closed'));
    this.#calls.clear();
    this.#link.end(result.confirmed);
    return result;
  }

  /** @returns {Promise<Connection>} */
  #connect() {
    const { Channel, dataOf, later, listen, never, post, start } = platform();
    const { port1, port2 } = new Channel();
    this.#port = port1;
    return new Promise((resolve, reject) => {
      let isReady = false;
      /** @param {unknown} [error] */
      const fail = (error) => {
        // An error in a keeper that runs ends nothing, and of one that is gone nothing is left to end.
        if (isReady || this.#port !== port1) return;
        never(timer);
        this.#connecting = undefined;
        this.#link.end(false);
        reject(error ?? unstarted());
      };
      const timer = later(() => fail(), PATIENCE);
      this.#giveUp = () => {
        never(timer);
        reject(failure());
      };
      listen(port1, 'message', (event) => {
        if (this.#port !== port1) return;
        const message = dataOf(event);
        // By their places and not by `of`: a page may have put another iterator on its arrays.
        const type = message[0];
        if (this.#link.heard(message)) {
          if (type === 'session') post(port1, ['known']);
        } else if (type === 'ready') {
          isReady = true;
          never(timer);
          resolve({
            post: (message, moved) => post(port1, message, moved),
            wait: (waiting) => {
              this.#calls.set((this.#lastCall += 1), waiting);
              return this.#lastCall;
            },
            forget: (call) => this.#calls.delete(call),
          });
        } else if (type === 'unready') {
          fail(remade(message[1]));
        } else {
          this.#hear(type, message[1], message);
        }
      });
      start(port1);
      try {
        this.#link.open(port2, fail);
      } catch (error) {
        fail(error);
      }
    });
  }

  /**
   * @param {string} type
   * @param {any} of The number of a call or a grant.
   * @param {any} message
   */
  #hear(type, of, message) {
    if (type === 'refused') return void this.dispatchEvent(new TokenEvent(type, { reason: of, count: message[2] }));
    if (type === 'event' || type === 'state') {
      const grant = [...this.#grants.values()].find(({ number }) => number === of);
      if (type === 'state') return grant?.told(message[2]);
      const [, , name, { error, ...rest }] = message;
      const detail = { ...rest, ...(error && { error: remade(error) }) };
      grant?.dispatchEvent(new TokenEvent(name, detail));
      return void this.dispatchEvent(new TokenEvent(name, detail));
    }
    const waiting = this.#calls.get(of);
    if (!waiting) return;
    if (waiting.hear && /answer|chunk|end|broken/.test(type)) return waiting.hear(message);
    this.#calls.delete(of);
    if (type === 'done') waiting.resolve(message[2]);
    else if (type === 'refusal') waiting.reject(refused(message[2]));
    else waiting.reject(remade(message[2]));
  }
}

/**
 * What a keeper said of an error; of one of the platform's it says nothing.
 *
 * @param {any} raw
 */
const remade = (raw) => {
  if (!raw) return failure();
  const { code, message, ...rest } = raw;
  for (const name of Object.keys(rest)) if (rest[name] === undefined) delete rest[name];
  return new TokenError({ code, message: message.replace(`${code}: `, ''), ...rest });
};

/** @param {string} reason */
const refused = (reason) =>
  new TokenError({
    code: 'not_permitted',
    message: "The keeper's policy does not permit this; nothing was sent. What was in the way:",
    detail: reason,
  });

const unstarted = () =>
  new TokenError({
    code: 'unsupported',
    message: 'The keeper did not start. See the console, the address of its file, and CSP worker-src or frame-src.',
  });

/** @param {import('./index.js').GrantOptions} options */
const wanted = (options) => {
  const { resource, scopes } = Object(options);
  const isList = Array.isArray(scopes) && scopes.length && scopes.every((one) => one && typeof one === 'string');
  if (!isList) throw errorNamed('invalid_options', '`scopes` (a list of strings, at least one)');
  if (resource !== undefined && typeof (resource?.href ?? resource) !== 'string') {
    throw errorNamed('invalid_options', '`resource` (a URL)');
  }
  return { resource: resource?.href ?? resource, scopes: Object.freeze([...new Set(scopes)].sort()) };
};
