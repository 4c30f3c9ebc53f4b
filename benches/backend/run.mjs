// What the backend knows of one run: how it is to behave, what it was asked, and
// what it gave out.

import { jwt, opaque } from './tokens.mjs';

/** Counts the tokens of all runs, so that no two are alike. */
let minted = 0;

export class Run {
  /** How many requests for a token came in, whatever became of them. */
  hits = 0;
  /** How many requests were answered, or are held back. */
  seen = 0;
  /** How many tokens were revoked. */
  revoked = 0;
  #settings = { latency: 0, status: 200, retryAfter: undefined, html: false, now: undefined };
  #tokens = new Map();
  #held = [];

  /**
   * Changes how the run behaves: `latency` in milliseconds, the `status` of every
   * answer of a token endpoint, `retryAfter` in seconds beside it, `html` if it is to
   * be a gateway's page and not JSON. With `now` (as `Date.now()`) time passes only
   * when it is set again.
   */
  set(settings) {
    Object.assign(this.#settings, settings);
    this.#release();
  }

  /** What a page that moves the time wants to know. */
  state() {
    const { hits, seen, revoked } = this;
    const due = Math.min(...this.#held.map((one) => one.due));
    const held = this.#held.length;
    return { hits, seen, revoked, held, due: held ? due : undefined };
  }

  get now() {
    return this.#settings.now ?? Date.now();
  }

  /** The fault that token endpoints have at present. */
  get fault() {
    const { status, retryAfter, html } = this.#settings;
    return status === 200 ? undefined : { status, retryAfter, html };
  }

  /** Resolves when an answer to what came in now may go out. */
  pass() {
    const { latency, now } = this.#settings;
    if (!latency) return Promise.resolve();
    if (now === undefined) return new Promise((resolve) => setTimeout(resolve, latency));
    return new Promise((resolve) => this.#held.push({ due: now + latency, resolve }));
  }

  /** A new token; with `claims` as a JWT, which cannot be as short as others. */
  mint({ length, life, claims }) {
    minted += 1;
    const issued = Math.floor(this.now / 1000);
    const token = claims
      ? jwt({ ...claims, iat: issued, nbf: issued, exp: issued + life, jti: minted }, length)
      : opaque(minted, length);
    this.#tokens.set(token, this.now + life * 1000);
    return token;
  }

  /** Whether an API would still take the token. */
  isAlive(token) {
    return this.#tokens.get(token) > this.now;
  }

  revoke(tokens) {
    for (const token of tokens) this.revoked += this.#tokens.delete(token);
  }

  #release() {
    const due = this.#held.filter((one) => one.due <= this.now);
    this.#held = this.#held.filter((one) => one.due > this.now);
    for (const { resolve } of due) resolve();
  }
}
