// @ts-check
// One page's connection to a keeper. Whatever comes may be made up by a hostile script.
import { isTokenError } from './errors.js';

const EVENTS = ['refreshed', 'expiring', 'expired', 'revoked', 'error'];

/** @typedef {{ grant: import('./index.js').Grant, rule: number, resource: string | undefined, told: string }} Opened */

export class Desk {
  #port;
  #host;
  #refuse;
  /** @type {import('./keeper-policy.js').Policy | undefined} */
  #policy;
  /** @type {import('./index.js').TokenClient | undefined} */
  #client;
  /** @type {Map<number, Opened>} By the page's number. */
  #grants = new Map();
  /** @type {Map<number, Call>} What is under way, by the page's number. */
  #calls = new Map();

  /**
   * @param {MessagePort} port
   * @param {import('./keeper-host.js').Host} host
   * @param {(reason: string) => void} refuse
   */
  constructor(port, host, refuse) {
    this.#port = port;
    this.#host = host;
    this.#refuse = refuse;
  }

  /** @param {Promise<{ client: import('./index.js').TokenClient, policy: import('./keeper-policy.js').Policy }>} ready */
  async open(ready) {
    try {
      ({ client: this.#client, policy: this.#policy } = await ready);
    } catch (error) {
      return this.tell('unready', described(error));
    }
    this.#client.addEventListener('error', ({ detail }) => {
      // One that is about the lease; the others are told by their grant.
      if (!('resource' in detail)) this.tell('event', 0, 'error', plain(detail));
    });
    const { kind, watch } = this.#host;
    watch?.begin((...message) => this.tell(...message));
    this.#port.onmessage = ({ data }) => this.#hear(data);
    this.#port.onmessageerror = () => this.#refuse('message');
    this.tell('ready', kind, ...(watch?.last ?? []));
  }

  /** @param {unknown[]} message */
  tell(...message) {
    this.#port.postMessage(message);
  }

  /** @param {unknown} message */
  #hear(message) {
    const [order, ...rest] = Array.isArray(message) ? message : [];
    const isHeard = typeof order === 'string' && Object.hasOwn(orders, order) && orders[order](this.#at, rest);
    if (!isHeard) this.#refuse('message');
  }

  /** What orders work on. */
  get #at() {
    return {
      client: /** @type {import('./index.js').TokenClient} */ (this.#client),
      policy: /** @type {import('./keeper-policy.js').Policy} */ (this.#policy),
      grants: this.#grants,
      calls: this.#calls,
      host: this.#host,
      port: this.#port,
      refuse: this.#refuse,
      tell: this.tell.bind(this),
    };
  }
}

/** @typedef {{ controller: AbortController, reader?: ReadableStreamDefaultReader<Uint8Array>, isReading?: boolean }} Call */

/**
 * @typedef {object} At
 * @property {import('./index.js').TokenClient} client
 * @property {import('./keeper-policy.js').Policy} policy
 * @property {Map<number, Opened>} grants
 * @property {Map<number, Call>} calls
 * @property {import('./keeper-host.js').Host} host
 * @property {MessagePort} port
 * @property {(reason: string) => void} refuse
 * @property {(...message: unknown[]) => void} tell
 */

/** Each says whether the message is one that there is. @type {Record<string, (at: At, rest: any[]) => boolean>} */
const orders = {
  grant(at, [id, resource, scopes]) {
    const isGrant = isNumber(id) && !at.grants.has(id) && isTextOrNothing(resource) && isList(scopes, isText, 64);
    if (isGrant) openGrant(at, id, resource, scopes);
    return isGrant;
  },

  fetch(at, [call, id, method, url, headers, body]) {
    const isRequest =
      isNew(at, call) && isNumber(id) && isText(method) && isText(url) && isList(headers, isHeader, 64) &&
      (body === undefined || body instanceof ArrayBuffer);
    if (isRequest) carryOut(at, call, at.grants.get(id), { method, url, headers, body });
    return isRequest;
  },

  pull(at, [call]) {
    const isKnown = isNumber(call);
    const made = at.calls.get(call);
    // One at a time, whatever is asked for; a call that is over has nothing left.
    if (made?.reader && !made.isReading) read(at, call, made, made.reader);
    return isKnown;
  },

  abort(at, [call]) {
    const made = at.calls.get(call);
    made?.controller.abort();
    if (made?.reader) at.calls.delete(call);
    made?.reader?.cancel().catch(() => {});
    return isNumber(call);
  },

  revoke(at, [call, id, everyTab]) {
    const isRevoke = isNew(at, call) && isNumber(id) && typeof everyTab === 'boolean';
    if (!isRevoke) return false;
    const opened = at.grants.get(id);
    // One that was refused has nothing to revoke, and whoever clears up after it is told so.
    if (id && !opened) at.tell('done', call, { tokens: 0, confirmed: true });
    else settle(at, call, opened ? opened.grant.revoke() : at.client.revokeAll({ everyTab }));
    return true;
  },

  resume(at) {
    at.client.resume();
    at.grants.forEach((opened, id) => tellState(at, id, opened));
    return true;
  },

  close(at, [call]) {
    if (isNew(at, call)) settle(at, call, at.client.close());
    return isNumber(call);
  },

  /** The page has heard the name of the session. */
  known(at) {
    at.host.watch?.known();
    return at.host.watch !== undefined;
  },
};

/**
 * @param {At} at
 * @param {number} id
 * @param {string | undefined} resource
 * @param {string[]} scopes
 */
const openGrant = (at, id, resource, scopes) => {
  const { rule, refusal } = /** @type {any} */ (at.policy.grant(resource, scopes, at.grants.size));
  if (refusal) return at.refuse(refusal);
  let grant;
  try {
    grant = at.client.grant({ resource, scopes });
  } catch {
    return at.refuse('grant');
  }
  /** @type {Opened} */
  const opened = { grant, rule, resource, told: '' };
  at.grants.set(id, opened);
  for (const type of EVENTS) {
    opened.grant.addEventListener(/** @type {any} */ (type), ({ detail }) => {
      at.tell('event', id, type, plain(detail));
      tellState(at, id, opened);
    });
  }
};

/**
 * @param {At} at
 * @param {number} call
 * @param {Opened | undefined} opened
 * @param {{ method: string, url: string, headers: [string, string][], body: ArrayBuffer | undefined }} asked
 */
const carryOut = async (at, call, opened, { method, url, headers, body }) => {
  const refusal = opened
    ? at.policy.request(opened.rule, { resource: opened.resource, method, url, headers, body }, at.calls.size)
    : 'grant';
  if (refusal || !opened) {
    at.refuse(/** @type {string} */ (refusal));
    return at.tell('refusal', call, refusal);
  }
  const made = { controller: new AbortController() };
  at.calls.set(call, made);
  try {
    const answering = opened.grant.fetch(url, {
      method,
      headers: Object.fromEntries(headers),
      body,
      signal: made.controller.signal,
      redirect: at.policy.redirect(opened.rule),
      // What is asked for is allowed by its token alone: not by a cookie that this origin has.
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
    });
    tellState(at, idOf(at, opened), opened);
    answer(at, call, made, at.policy.answerHeaders(opened.rule), await answering);
  } catch (error) {
    at.calls.delete(call);
    at.tell('failed', call, described(error));
  }
  tellState(at, idOf(at, opened), opened);
};

/**
 * @param {At} at
 * @param {number} call
 * @param {Call} made
 * @param {string[]} names Of the headers that the page is told.
 * @param {Response} response
 */
const answer = (at, call, made, names, { status, headers, body }) => {
  const told = [];
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) told.push([name, value]);
  }
  const hasBody = !!body && !EMPTY.includes(status);
  if (hasBody) made.reader = body.getReader();
  else at.calls.delete(call);
  at.tell('answer', call, status, told, hasBody);
};

/**
 * @param {At} at
 * @param {number} call
 * @param {Call} made
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 */
const read = async (at, call, made, reader) => {
  made.isReading = true;
  try {
    const { done, value } = await reader.read();
    made.isReading = false;
    if (done) {
      at.calls.delete(call);
      return at.tell('end', call);
    }
    const whole = value.byteLength === value.buffer.byteLength ? value.buffer : value.slice().buffer;
    // Moved and not copied.
    at.port.postMessage(['chunk', call, whole], [/** @type {ArrayBuffer} */ (whole)]);
  } catch {
    at.calls.delete(call);
    at.tell('broken', call);
  }
};

/**
 * @param {At} at
 * @param {number} call
 * @param {Promise<import('./index.js').RevokeResult>} promise
 */
const settle = async (at, call, promise) => {
  at.calls.set(call, { controller: new AbortController() });
  try {
    at.tell('done', call, await promise);
  } catch (error) {
    at.tell('failed', call, described(error));
  }
  at.calls.delete(call);
  at.grants.forEach((opened, id) => tellState(at, id, opened));
};

/**
 * @param {At} at
 * @param {number} id
 * @param {Opened} opened
 */
const tellState = (at, id, opened) => {
  const { state } = opened.grant;
  const text = JSON.stringify(state);
  if (text === opened.told) return;
  opened.told = text;
  at.tell('state', id, state);
};

/**
 * @param {At} at
 * @param {Opened} opened
 */
const idOf = ({ grants }, opened) => {
  for (const [id, one] of grants) if (one === opened) return id;
  return 0;
};

/**
 * An error without what only the keeper should know: of the platform's, nothing.
 *
 * @param {any} error
 */
const described = (error) => {
  if (!isTokenError(error)) return undefined;
  const { code, message, retryable, status, retryAfter, oauthError } = error;
  return { code, message, retryable, status, retryAfter, oauthError };
};

/** @param {any} detail */
const plain = (detail) => (detail.error ? { ...detail, error: described(detail.error) } : detail);

/** @param {unknown} value */
const isNumber = (value) => Number.isSafeInteger(value) && /** @type {number} */ (value) >= 0;

/** @param {unknown} value */
const isText = (value) => typeof value === 'string';

/** @param {unknown} value */
const isTextOrNothing = (value) => value === undefined || isText(value);

/** @param {unknown} value With a name that is one word: they are judged as a list of words. */
const isHeader = (value) =>
  Array.isArray(value) && value.length === 2 && value.every(isText) && /^\S+$/.test(value[0]);

/**
 * @param {unknown} value
 * @param {(value: unknown) => boolean} is
 * @param {number} most
 */
const isList = (value, is, most) => Array.isArray(value) && value.length <= most && value.every(is);

/** Answers without a body, for which engines have an empty stream all the same. Nobody would ask for its end. */
const EMPTY = [204, 205, 304];

/** Calls of any kind that may be under way: what is above is no message. */
const MOST_CALLS = 1_024;

/**
 * @param {At} at
 * @param {unknown} call
 */
const isNew = ({ calls }, call) =>
  isNumber(call) && !calls.has(/** @type {number} */ (call)) && calls.size < MOST_CALLS;
