// @ts-check
// Backend and resources of `downscope/testing`, by hand.
import { TokenEvent } from './events.js';
import { self } from './handle.js';
import { act, failure } from './testing-grant.js';

/** @typedef {import('./errors.js').TokenError} TokenError */
/** @typedef {import('./index.js').RevokeReason} RevokeReason */
/** @typedef {import('./testing-grant.js').TestGrant} TestGrant */
/** @typedef {{ token?: string, expiresIn?: number, scopes?: readonly string[], error?: TokenError }} Answer */

export class TestBackend {
  #client;
  /** @type {Answer[]} What the next requests are answered. */
  #answers = [];
  /** @type {{ answer: (answer: Answer) => void, isWanted: () => boolean }[]} Requests that are held. */
  #open = [];
  #isHolding = false;
  #count = 0;
  #refusals = 0;
  /** @type {(input: any, init: any) => any} */
  #respond = () => bare(200);
  /** @type {import('./testing.js').TestRequest[]} */
  requests = [];

  /** @param {EventTarget} client */
  constructor(client) {
    this.#client = client;
  }

  /**
   * @param {string} token
   * @param {{ expiresIn?: number, scopes?: readonly string[] }} [terms]
   */
  give(token, terms) {
    this.#answer({ ...terms, token });
  }

  /**
   * @param {string} code
   * @param {object} [facts]
   */
  fail(code, facts) {
    this.#answer({ error: failure(code, facts) });
  }

  hold() {
    this.#isHolding = true;
  }

  release() {
    this.#isHolding = false;
    for (const { answer, isWanted } of this.#open.splice(0)) if (isWanted()) answer(this.#next());
  }

  /** @param {(input: any, init: any) => any} respond */
  respond(respond) {
    this.#respond = respond;
  }

  refuse(times = 1) {
    this.#refusals += times;
  }

  /** @param {TestGrant} grant */
  refresh(grant) {
    return own(grant).refresh();
  }

  /** @param {TestGrant} grant */
  expire(grant) {
    own(grant).expire();
  }

  /**
   * @param {TestGrant} grant
   * @param {RevokeReason} [reason]
   */
  recall(grant, reason = 'recalled') {
    own(grant).drop(reason, 'revoked');
  }

  /**
   * @param {string} type
   * @param {object} detail
   * @param {TestGrant} [grant]
   */
  emit(type, detail, grant) {
    if (grant) own(grant).tell(type, detail);
    else this.#client.dispatchEvent(new TokenEvent(type, detail));
  }

  /** @param {Answer} answer */
  #answer(answer) {
    // What was revoked meanwhile waits for nothing.
    this.#open = this.#open.filter(({ isWanted }) => isWanted());
    const open = this.#open.shift();
    if (open) open.answer(answer);
    else this.#answers.push(answer);
  }

  /** @returns {Answer} */
  #next() {
    return this.#answers.shift() ?? { token: `test-token-${(this.#count += 1)}` };
  }

  [act] = {
    /**
     * @param {import('./testing.js').TestRequest} request
     * @param {() => boolean} isWanted
     * @returns {Promise<Answer>}
     */
    ask: async (request, isWanted) => {
      this.requests.push(request);
      if (!this.#isHolding || this.#answers.length) return this.#next();
      return new Promise((resolve) => this.#open.push({ answer: resolve, isWanted }));
    },

    /**
     * @param {any} input
     * @param {any} init
     * @param {string} token
     */
    send: async (input, init, token) => {
      if (this.#refusals > 0) {
        this.#refusals -= 1;
        return bare(401);
      }
      const given = init.headers ?? input.headers ?? {};
      const headers = Object.fromEntries(
        [...(given[Symbol.iterator] ? given : Object.entries(given))].map(([name, value]) => [name.toLowerCase(), value]),
      );
      return this.#respond(input, { ...init, headers: { ...headers, authorization: `Bearer ${token}` } });
    },
  };
}

/** @param {any} grant One that may be wrapped. */
const own = (grant) => grant[self]()[act];

/** @param {number} status An answer with nothing in it; a stand-in where there is no `Response` (jsdom). */
const bare = (status) =>
  typeof Response === 'function'
    ? new Response(null, { status })
    : { status, ok: status < 300, headers: { get: () => null }, text: async () => '', json: async () => JSON.parse('') };
