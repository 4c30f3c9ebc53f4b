// @ts-check
// A grant of `downscope/testing`: what the core decides, as far as a test of an app sees
// it. No back-off, no refresh by itself, no page that goes away.
import { errorOf } from './errors.js';
import { TokenEvent } from './events.js';
import { Handle, self } from './handle.js';
import { codes } from './names.js';
import { readToken } from './options.js';

/** @typedef {import('./index.js').RevokeReason} RevokeReason */
/** @typedef {import('./index.js').RevokeResult} RevokeResult */
/** @typedef {import('./index.js').TokenOptions} TokenOptions */
/** @typedef {import('./errors.js').TokenError} TokenError */
/** @typedef {import('./testing-backend.js').TestBackend} TestBackend */
/** @typedef {import('./testing-backend.js').Answer} Answer */
/** @typedef {{ token: string, scopes: readonly string[] | undefined, issuedAt: number, refreshAt: number, expiresAt: number, endsAt: number }} Held */
/** @typedef {{ done(token: string): void, fail(error: unknown): void }} Waiting */

/** Where a grant has what its client and the backend do to it. */
export const act = Symbol();

export class TestGrant extends Handle {
  #client;
  #settings;
  #backend;
  #resource;
  #scopes;
  /** @type {Held | undefined} */
  #held;
  /** @type {Set<Waiting>} */
  #waiting = new Set();
  /** @type {object | undefined} The request that is under way. */
  #asking;
  /** @type {TokenError | undefined} The last failure since the last success. */
  #error;
  /** Somebody has asked since the app ended the last token. */
  #isUsed = false;
  /** How often the app has ended what there was. */
  #ends = 0;

  /**
   * @param {import('./handle.js').Handle & { closed: boolean }} client
   * @param {Record<string, any>} settings
   * @param {TestBackend} backend
   * @param {string | undefined} resource
   * @param {string[]} scopes
   */
  constructor(client, settings, backend, resource, scopes) {
    super();
    this.#client = client;
    this.#settings = settings;
    this.#backend = backend;
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
    const me = this[self]();
    me.#isUsed = true;
    return me.#valid?.token;
  }

  /** The one that callers get. */
  get #valid() {
    const held = this.#held;
    return held && Date.now() < held.endsAt ? held : undefined;
  }

  /**
   * @param {TokenOptions} [options]
   * @returns {Promise<string>}
   */
  async token(options = {}) {
    const me = this[self]();
    const { forceRefresh, minTtl = 0, signal, timeout = me.#settings.timeout ?? 30_000 } = readToken(options);
    me.#refuseClosed();
    if (signal?.aborted) throw aborted(signal);
    me.#isUsed = true;
    const held = me.#held;
    const left = held && Math.min(minTtl, (held.expiresAt - held.issuedAt) / 2) <= held.expiresAt - Date.now();
    if (!forceRefresh && left && me.peek()) return held.token;
    if (me.#error?.retryable === false) throw me.#error;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => waiting.fail(failure('timeout')), timeout);
      const onAbort = () => waiting.fail(aborted(signal));
      const over = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        me.#waiting.delete(waiting);
      };
      /** @type {Waiting} */
      const waiting = {
        done: (token) => (over(), resolve(token)),
        fail: (error) => (over(), reject(error)),
      };
      signal?.addEventListener('abort', onAbort);
      me.#waiting.add(waiting);
      me.#ask();
    });
  }

  /**
   * @param {any} input
   * @param {any} [given]
   * @returns {Promise<Response>}
   */
  async fetch(input, given) {
    const init = given ?? {};
    const me = this[self]();
    me.#refuseClosed();
    const { href, origin, protocol, hostname } = new URL(input?.url ?? `${input}`, globalThis.location?.href);
    const allowed = me.#settings.allowedOrigins ?? (me.#resource ? [new URL(me.#resource).origin] : []);
    const isSafe = protocol === 'https:' || /^(localhost|.*\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
    if (!isSafe || !allowed.includes(origin)) throw failure('origin_not_allowed');
    const signal = init.signal ?? input?.signal;
    for (let isReplay = false; ; isReplay = true) {
      const token = await me.token(signal && { signal }).catch((error) => {
        throw error.code === 'aborted' ? error.cause : error;
      });
      const ends = me.#ends;
      const response = await me.#backend[act].send(input?.url ? input : href, init, token);
      const isRefused =
        response.status === 401 && !/insufficient_scope/.test(response.headers?.get?.('www-authenticate') ?? '');
      if (isRefused) me.reject(token);
      if (!isRefused || isReplay || init.body?.getReader || ends !== me.#ends) return response;
    }
  }

  /** @param {string} token */
  reject(token) {
    const me = this[self]();
    if (me.#held?.token === token) me.#held = undefined;
  }

  /** @returns {Promise<RevokeResult>} */
  async revoke() {
    const me = this[self]();
    const tokens = me[act].drop('explicit', 'revoked');
    return { tokens, confirmed: !me.#client.closed && (!tokens || !!me.#settings.revokeEndpoint) };
  }

  /** @returns {import('./index.js').GrantState} */
  get state() {
    const me = this[self]();
    const held = me.#valid;
    return {
      status: me.#status(held),
      ...(held && { issuedAt: held.issuedAt, refreshAt: held.refreshAt, expiresAt: held.expiresAt }),
      ...(me.#error && { error: me.#error.code }),
      ...(held?.scopes && { scopes: held.scopes }),
    };
  }

  /** @param {Held | undefined} held */
  #status(held) {
    if (this.#client.closed) return 'closed';
    if (this.#asking) return held ? 'refreshing' : 'fetching';
    if (held) return 'valid';
    if (!this.#error) return 'empty';
    return this.#error.retryable ? 'waiting' : 'stopped';
  }

  #refuseClosed() {
    if (this.#client.closed) throw failure('closed');
  }

  async #ask() {
    if (this.#asking) return;
    const asking = (this.#asking = {});
    const isWanted = () => this.#asking === asking;
    const answer = await this.#backend[act].ask({ resource: this.#resource, scopes: this.#scopes }, isWanted);
    // It was revoked meanwhile.
    if (!isWanted()) return;
    this.#asking = undefined;
    this.#error = answer.error;
    // Not who begins to wait as the event is told.
    const all = [...this.#waiting];
    if (answer.error) {
      const { error } = answer;
      this[act].tell('error', { error });
      for (const waiting of all) waiting.fail(error);
    } else {
      const held = this.#hold(answer);
      this[act].tell('refreshed', { expiresAt: held.expiresAt });
      for (const waiting of all) waiting.done(held.token);
    }
  }

  /**
   * @param {Answer} answer
   * @returns {Held}
   */
  #hold({ token = '', expiresIn = 3_600_000, scopes }) {
    const { expiryMargin = 300_000, maxAge = Infinity, refreshLead = 600_000 } = this.#settings;
    const issuedAt = Date.now();
    const life = Math.min(expiresIn, maxAge);
    const expiresAt = issuedAt + life;
    const margin = Math.min(expiryMargin, life / 6);
    const refreshAt = expiresAt - Math.max(margin, Math.min(refreshLead, life / 3));
    return (this.#held = { token, scopes, issuedAt, refreshAt, expiresAt, endsAt: expiresAt - margin });
  }

  [act] = {
    /** @returns {void} */
    resume: () => {
      this.#error = undefined;
    },

    /**
     * @param {RevokeReason} reason
     * @param {string} code
     */
    drop: (reason, code) => {
      const tokens = this.#held ? 1 : 0;
      const isOfApp = /explicit|logout/.test(reason);
      const had = tokens || this.#asking || (isOfApp && this.#isUsed);
      if (isOfApp) {
        this.#ends += 1;
        this.#isUsed = false;
      }
      this.#held = this.#asking = undefined;
      const all = [...this.#waiting];
      if (had) this[act].tell('revoked', { reason });
      for (const waiting of all) waiting.fail(failure(code));
      return tokens;
    },

    expire: () => {
      const had = this.#held;
      this.#held = undefined;
      if (had) this[act].tell('expired');
    },

    refresh: () => {
      if (this.#held) this[act].tell('expiring', { expiresAt: this.#held.expiresAt });
      return this.#ask();
    },

    /**
     * @param {string} type
     * @param {object} [detail]
     */
    tell: (type, detail) => {
      const named = { ...detail, resource: this.#resource };
      this.dispatchEvent(new TokenEvent(type, named));
      this.#client.dispatchEvent(new TokenEvent(type, named));
    },
  };
}

/**
 * @param {string} code
 * @param {any} [facts]
 */
export const failure = (code, { status, retryAfter, oauthError, detail } = {}) => {
  const number = codes.findIndex(([name]) => name === code);
  if (number < 0) throw new TypeError('fail() takes a code of TokenError, other than unsupported');
  return errorOf([number, status, retryAfter, oauthError, detail]);
};

/** @param {any} signal */
const aborted = (signal) => Object.assign(failure('aborted'), { cause: signal.reason });
