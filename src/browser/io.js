// The hands of src/browser: calls of the platform that take many small steps,
// each of which would cost WebAssembly a crossing, a catch and a drop. What is asked
// for, named and revoked, and when, is said by the core. What they settle is how a
// thing is done here, and what a thing from outside is:
// - which ways to the network are tried in what order where one fails (`handOverAs`,
//   `defer`), and that what the browser holds is not sent as well (`sendLast`);
// - that a last request with headers goes without a beacon (`lastOf`);
// - how long a long last request waits to be written again (`changed`);
// - what a value is, and how much of it is read (`answer`, `read`, `delayOf`,
//   `headersOf`);
// - which events are the page's own, and which say nothing new (`listenToPage`);
// - whether a request can be sent twice (`prepare`), and whether a 401 is about the
//   token (`refusesToken`).
// Tokens pass through here as the strings they are.
// @ts-check

/** @typedef {{ resource?: string, scope: string, session: string, id: string, lease?: true }} TokenRequest */

/**
 * One client's dealings with the app's backend: what the app has said of it, and
 * what must be at hand at once when the page ends.
 *
 * @typedef {{
 *   tokenEndpoint?: string,
 *   getToken?: (request: TokenRequest, context: { signal: AbortSignal }) => unknown,
 *   revokeEndpoint?: string,
 *   leaseEndpoint?: string,
 *   headers?: () => unknown,
 *   revokeHeaders?: HeadersInit,
 *   credentials?: RequestCredentials,
 *   allowedOrigins?: string,
 *   app?: string,
 *   deferred?: boolean,
 *   session: string,
 *   word: string | undefined,
 *   secrets: Record<number, Secret>,
 *   causes: Map<number, unknown>,
 *   open: Map<number, [controller: AbortController, kind: Kind]>,
 *   tell: Tell | undefined,
 *   listen: (() => void) | undefined,
 *   endPage: (() => void) | undefined,
 *   tabs: BroadcastChannel | undefined,
 *   form: URLSearchParams | undefined,
 *   named: number,
 *   last: Last | undefined,
 *   ifCached: string,
 *   upTo: number,
 *   isWhole: boolean,
 *   isLong: boolean,
 *   isCurrent: boolean,
 *   isSent: boolean,
 *   held: AbortController | undefined,
 * }} Wire
 */

/** @typedef {'token' | 'lease' | 'revoke'} Kind Whom a request asks. */

/**
 * Tells WebAssembly what has happened: an answer and whether it is still awaited; an
 * event of the page and whether it persists or is hidden; `write`, to have the last
 * request written; `elsewhere`, that another tab wants everything revoked.
 *
 * @typedef {(what: Answer | string, flag: boolean) => void} Tell
 */

/**
 * What a revoke has to name, and what is behind the name: a token, or a request that
 * may have minted one.
 *
 * @typedef {{
 *   token?: string,
 *   scope?: string,
 *   handle?: string,
 * }} Secret
 */

// ## The platform

// What is taken of the platform: once, at the first client of a page, before what a
// page loads later can put something else in its place, and past whatever elements
// of a document are called. Not `fetch`, the timers, the clocks and `sendBeacon`:
// those are replaced on purpose, to watch them, to test with them.

/** @type {typeof URL} */
let Address;
/** @type {typeof URLSearchParams} */
let Form;
/** @type {typeof AbortController} */
let Aborter;
/** @type {EventTarget['addEventListener']} */
let add;
/** @type {EventTarget['removeEventListener']} */
let remove;
/** @type {(of: any) => any} */
let hiddenOf;
/** @type {(of: any) => any} */
let prerenderingOf;
/** @type {(of: any) => any} */
let baseOf;
/** @type {(of: any) => string | undefined} Of what the platform knows as a `Request`, of whatever frame. */
let requestUrlOf;

const take = () => {
  const page = /** @type {any} */ (globalThis);
  if (Address) return page;
  ({ URL: Address, URLSearchParams: Form, AbortController: Aborter } = page);
  ({ addEventListener: add, removeEventListener: remove } = page.EventTarget.prototype);
  hiddenOf = getter(page.Document, 'hidden');
  prerenderingOf = getter(page.Document, 'prerendering');
  const base = getter(page.Node, 'baseURI');
  baseOf = (of) => {
    try {
      return base(of);
    } catch {
      // A DOM for tests may have one that documents do not inherit.
      return of.baseURI;
    }
  };
  const url = getter(page.Request, 'url');
  requestUrlOf = (of) => {
    try {
      return of === Object(of) && page.Request ? url(of) : undefined;
    } catch {
      return undefined;
    }
  };
  return page;
};

/**
 * Reads a property as the platform has it, whatever elements of the document are
 * called; as it is found where the platform has none.
 *
 * @param {any} type
 * @param {string} name
 */
const getter = (type, name) => {
  const get = type && Object.getOwnPropertyDescriptor(type.prototype, name)?.get;
  return (/** @type {any} */ of) => (get ? get.call(of) : of?.[name]);
};

/**
 * Calls outside the zones of zone.js, where there are any: an app would count as
 * busy for as long as a timer or a request is open that was begun inside.
 *
 * @template T
 * @param {(value: undefined, flag: boolean) => T} call It may be one of WebAssembly's.
 * @returns {T}
 */
export const outside = (call) => {
  let root;
  try {
    ({ root } = /** @type {any} */ (globalThis).Zone);
  } catch {
    // There is none, or a frame of another origin is called so.
  }
  return typeof root?.run === 'function' ? root.run(call, undefined, [undefined, false]) : call(undefined, false);
};

// ## A client, and who hears of it

/**
 * @param {object} backend Checked, URLs absolute.
 * @returns {Wire}
 */
export const connect = (backend) => (take(), {
  // What has been put on a prototype is no option of the app's.
  __proto__: null,
  .../** @type {Wire} */ (backend),
  session: '',
  // Names what the backend pushed last, until it is said that it was heard.
  word: undefined,
  // What a function of the app's threw, by grant.
  causes: new Map(),
  // Without a prototype, and so without code of others: tokens are put here.
  secrets: Object.create(null),
  open: new Map(),
  tell: undefined,
  listen: undefined,
  endPage: undefined,
  tabs: undefined,
  // What the next revoke names, and how much that is.
  form: undefined,
  named: 0,
  // The last request of the page; its reason if the page is cached; up to which request
  // it tells; whether it names the session, is long, is up to date, was sent; and what
  // the browser holds of it.
  last: undefined,
  ifCached: '',
  upTo: 0,
  isWhole: false,
  isLong: false,
  isCurrent: true,
  isSent: false,
  held: undefined,
});

/**
 * Where the app's tokens come from, as far as that has a name.
 *
 * @param {Wire} backend
 */
export const sourceOf = ({ tokenEndpoint = '' }) => tokenEndpoint;

/**
 * Tells what happens, until `end`.
 *
 * @param {Wire} wire
 * @param {Tell} tell
 */
export const listen = (wire, tell) => {
  wire.tell = tell;
  listenToTabs(wire);
  listenToPage(wire);
};

/** @param {Wire} wire */
export const end = (wire) => {
  wire.tell = undefined;
  wire.listen = undefined;
  wire.endPage?.();
  wire.tabs?.close();
  wire.tabs = undefined;
  // What the browser holds names what is dead by now.
  wire.held?.abort();
  wire.held = undefined;
  wire.last = undefined;
};

/**
 * From now on requests carry another session; those but for tokens are let go of,
 * since one under way keeps pages out of some back/forward caches.
 *
 * @param {Wire} wire
 */
export const renewSession = (wire) => {
  wire.session = randomName();
  wire.word = undefined;
  for (const [id, [, kind]] of wire.open) if (kind !== 'token') abort(wire, id);
  wire.last = undefined;
  wire.isWhole = false;
  changed(wire);
};

// ## What is asked of the backend

/**
 * Asks the app for a token: its own function, or its endpoint.
 *
 * @param {Wire} wire
 * @param {number} id
 * @param {number} grant
 * @param {string | undefined} resource
 * @param {string} scope
 */
export const askForToken = (wire, id, grant, resource, scope) => {
  const { getToken, tokenEndpoint, leaseEndpoint, session } = wire;
  /** @type {TokenRequest} */
  const request = {
    ...(resource && { resource }),
    scope,
    session,
    id: `${id}`,
    ...(leaseEndpoint && { lease: true }),
  };
  wire.secrets[id] = PENDING;
  // First: a function of the app's may end the page.
  changed(wire);
  answered(wire, 'token', id, grant, async (signal) =>
    getToken
      ? getToken(request, { signal })
      : asked(wire, /** @type {string} */ (tokenEndpoint), request, false, signal),
  );
};

/**
 * Tells the app's backend that the page lives.
 *
 * @param {Wire} wire
 * @param {number} id
 */
export const askForLease = (wire, id) => {
  const { leaseEndpoint, session, word } = wire;
  const request = { session, ...(word && { heard: word }) };
  // A request that is held open must not keep the page out of Firefox's back/forward cache.
  const ask = asked.bind(undefined, wire, /** @type {string} */ (leaseEndpoint), request, true);
  answered(wire, 'lease', id, 0, ask);
};

/**
 * Lets go of a request. Whether it was there.
 *
 * @param {Wire} wire
 * @param {number} id
 */
export const abort = (wire, id) => {
  const [controller] = wire.open.get(id) ?? [];
  const wasOpen = wire.open.delete(id);
  controller?.abort();
  return wasOpen;
};

// ## What is kept

/**
 * Keeps what an answer brought.
 *
 * @param {Wire} wire
 * @param {number} id
 * @param {Answer} answer
 */
export const keep = (wire, id, { handle, token, scope }) => {
  wire.secrets[id] = { token, scope, handle };
  changed(wire);
};

/**
 * @param {Wire} wire
 * @param {number} id
 */
export const forget = (wire, id) => {
  delete wire.secrets[id];
  changed(wire);
};

/**
 * @param {Wire} wire
 * @param {number} id
 */
export const tokenOf = (wire, id) => wire.secrets[id]?.token;

/**
 * What the server says that it granted.
 *
 * @param {Wire} wire
 * @param {number} id
 */
export const scopeOf = (wire, id) => wire.secrets[id]?.scope;

/**
 * Keeps the name of what the backend pushed, to say that it was heard.
 *
 * @param {Wire} wire
 * @param {Answer} answer
 */
export const keepWord = (wire, { word }) => {
  wire.word = word;
};

/**
 * What a function of the app's threw when a token was asked for last.
 *
 * @param {Wire} wire
 * @param {number} grant
 */
export const causeOf = (wire, grant) => wire.causes.get(grant);

// ## Requests and their answers

/**
 * @param {Wire} wire
 * @param {string} url
 * @param {object} request
 * @param {boolean} keepalive
 * @param {AbortSignal} signal
 */
const asked = async ({ headers, credentials }, url, request, keepalive, signal) => {
  const given = await headers?.();
  let list;
  try {
    list = headersOf(given);
  } catch {
    throw NO_HEADERS;
  }
  return sent(url, {
    method: 'POST',
    headers: { ...list, accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(request),
    cache: 'no-store',
    credentials,
    // A redirect would carry the request to where nobody looked.
    redirect: 'error',
    keepalive,
    signal,
  });
};

/** Thrown where nothing is known of an answer. */
const NO_ANSWER = {};

/** Thrown where the app's headers are none. */
const NO_HEADERS = {};

/**
 * `fetch`, but that nothing is known of why it rejects: a `status` on whatever
 * a patched one throws is none of the backend's.
 *
 * @param {string} url
 * @param {RequestInit} init
 */
const sent = async (url, init) => {
  try {
    return await outside(() => fetch(url, init));
  } catch {
    throw NO_ANSWER;
  }
};

/**
 * Headers as a plain object, names in lower case: whatever wraps `fetch` in the page
 * can add to that without losing them, which it cannot with a `Headers`.
 *
 * @param {any} headers
 * @returns {Record<string, string>}
 */
export const headersOf = (headers) => {
  const list = Object.create(null);
  const given = headers ?? {};
  if (given !== Object(given)) throw new TypeError('no headers');
  for (const pair of given[Symbol.iterator] ? given : Object.entries(given)) {
    const [name, value, more] = [...pair, NO_HEADERS];
    const key = `${name}`.toLowerCase();
    const text = `${value}`.trim();
    const fits = /^[!#-'*+.^_`|~\w-]+$/.test(key) && /^[\t -~\x80-\xff]*$/.test(text);
    if (typeof pair === 'string' || more !== NO_HEADERS || !fits) throw new TypeError('no headers');
    list[key] = key in list ? `${list[key]}, ${text}` : text;
  }
  return { ...list };
};

/**
 * @param {Wire} wire
 * @param {Kind} kind
 * @param {number} id
 * @param {number} grant Whose token it is about, if one's.
 * @param {(signal: AbortSignal) => Promise<unknown>} call
 */
const answered = async (wire, kind, id, grant, call) => {
  const controller = new Aborter();
  wire.open.set(id, [controller, kind]);
  let made;
  try {
    made = await read(await call(controller.signal));
  } catch (error) {
    made = await readThrown(error);
  }
  const { causes } = wire;
  causes.delete(grant);
  if (made.cause) causes.set(grant, made.cause);
  // Grants come and go: those of old need no cause.
  if (causes.size > 1000) causes.delete(/** @type {number} */ (causes.keys().next().value));
  // A request that was tried again has another one by now.
  const isOpen = wire.open.get(id)?.[0] === controller && wire.open.delete(id);
  wire.tell?.({ ...made, kind, id, grant }, isOpen);
};

/**
 * What matters of an answer, by the names that WebAssembly reads it by; each part of
 * the type it says or undefined.
 *
 * @typedef {{
 *   kind?: Kind,
 *   id?: number,
 *   grant?: number,
 *   status: number,
 *   form: Body,
 *   token: string | undefined,
 *   token_type: string | undefined,
 *   expires_in: number | undefined,
 *   scope: string | undefined,
 *   handle: string | undefined,
 *   weight: number,
 *   error: string | undefined,
 *   retry_after: number | undefined,
 *   is_reckoned: boolean,
 *   is_final: boolean,
 *   renew_in: number | undefined,
 *   held: number | undefined,
 *   term: number | undefined,
 *   revoke: unknown,
 *   word: string | undefined,
 *   cause?: unknown,
 * }} Answer
 */

/**
 * The forms of a body: an object, something else, HTML, too long, no request at all,
 * nothing, read by somebody else; and what a function of the app's threw.
 *
 * @typedef {'object' | 'other' | 'html' | 'endless' | 'unasked' | 'empty' | 'used' | 'thrown'} Body
 */

// ## What an answer says

/**
 * Reads what the endpoint, the app's own provider or a test's stand-in gave.
 *
 * @param {any} value A `Response`, what a library makes of one, or a body.
 */
const read = async (value) => {
  if (!isResponse(value)) return answer(200, value);
  const { status, bodyUsed, data } = value;
  const text = bodyUsed
    ? ''
    : value.text
      ? await textOf(value).catch((error) => {
          if (status < 300) throw error;
          // The status says enough, whatever became of the body.
          return '';
        })
      : data;
  const [delay, isReckoned] = delayOf(headerOf(value, 'retry-after'), headerOf(value, 'date'));
  const made = answer(status, typeof text === 'string' ? parse(text) : text, delay, false, isReckoned);
  if (bodyUsed) made.form = 'used';
  else if (text === undefined && value.text) made.form = 'endless';
  else if (made.form !== 'object') made.form = formOf(`${text ?? ''}`, headerOf(value, 'content-type'));
  return made;
};

/**
 * What a body is that is no object.
 *
 * @param {string} text
 * @param {string | null | undefined} type
 */
const formOf = (text, type) =>
  !text.trim() ? 'empty' : /html/i.test(type ?? '') || /^\s*</.test(text) ? 'html' : 'other';

/**
 * Reads what a provider threw or `fetch` rejected with; a getter of an answer
 * that throws counts as no answer.
 *
 * @param {any} error
 */
const readThrown = async (error) => {
  try {
    if (isResponse(error)) return await read(error);
    const { status, retryAfter, retryable, response } = Object(error);
    if (isResponse(response) && (!status || status === response.status)) return await read(response);
    const [delay, isReckoned] = isResponse(response)
      ? delayOf(headerOf(response, 'retry-after'), headerOf(response, 'date'))
      : [undefined, false];
    const stated = typeof retryAfter === 'number' ? retryAfter : delay;
    const made = answer(Number(status) || 0, error, stated, retryable === false, isReckoned);
    if (error === NO_HEADERS) made.form = 'unasked';
    else if (error !== NO_ANSWER && !made.status) {
      made.form = 'thrown';
      made.cause = error;
    }
    return made;
  } catch {
    return answer(0);
  }
};

/**
 * @param {number} status 0: none.
 * @param {any} [body]
 * @param {number} [retry_after]
 * @param {boolean} [is_final]
 * @param {boolean} [is_reckoned] By the page's own clock.
 * @returns {Answer}
 */
const answer = (status, body, retry_after, is_final = false, is_reckoned = false) => {
  const own = /** @type {any} */ (Object.create(null));
  // Only its own parts: what has been put on a prototype is no answer.
  for (const name of Object.keys(Object(body))) own[name] = body[name];
  const { access_token, revocation_handle, scope, token_type, expires_in, renew_in, held, term, revoke, word } = own;
  const token = encodable(access_token);
  // One that is longer than any token may be is none: cut short, it would name nothing.
  const named = encodable(revocation_handle);
  const handle = named && named.length <= 16_384 ? named : undefined;
  const [field, text] = nameOf({ handle, token: token?.slice(0, 16_384) });
  const life = secondsOf(expires_in);
  // 31 days; an hour in milliseconds is more.
  if (/** @type {number} */ (life) > 2_678_400) warn('expires_in: over 31 days. It is in seconds.');
  return {
    status,
    form: body === Object(body) && !Array.isArray(body) ? 'object' : 'other',
    token,
    // Some write null for what is absent. Whatever else is no string must not pass for
    // a type that is known.
    token_type: token_type == null ? undefined : (string(token_type) ?? ''),
    expires_in: life,
    scope: string(scope),
    handle,
    weight: `&${new Form({ [field]: text })}`.length,
    error: errorOf(own),
    retry_after,
    is_reckoned,
    is_final,
    renew_in: secondsOf(renew_in),
    held: secondsOf(held),
    term: secondsOf(term),
    revoke: Array.isArray(revoke) ? revoke.map(Number) : revoke,
    word: string(word)?.slice(0, 64),
  };
};

/** @param {unknown} value */
const string = (value) => (typeof value === 'string' ? value : undefined);

/** @param {unknown} value A string without half a surrogate pair, which no form could carry. */
const encodable = (value) => {
  try {
    return encodeURIComponent(/** @type {any} */ (value)) && string(value);
  } catch {
    return undefined;
  }
};

/** @param {unknown} seconds Absent is undefined; neither a number nor a string of one is NaN. */
const secondsOf = (seconds) =>
  seconds == null ? undefined : /number|string/.test(typeof seconds) ? Number(seconds) : NaN;

/**
 * RFC 6749's `error`, an object's `error.code`, or RFC 9457's `type`.
 *
 * @param {any} body
 */
const errorOf = (body) => {
  const code = string(body?.error?.code ?? body?.error ?? body?.type);
  return code && code.length <= 256 ? code : undefined;
};

/**
 * `Retry-After` in milliseconds, from seconds or from a date (RFC 9110 section
 * 10.2.3), the longest where there are several; and whether the page's own clock,
 * which may be wrong, had to tell how far away that date is.
 *
 * @param {string | null | undefined} value
 * @param {string | null | undefined} date The answer's own.
 * @returns {[delay: number | undefined, isReckoned: boolean]}
 */
const delayOf = (value, date) => {
  const now = timeOf(`${date ?? ''}`);
  let isReckoned = false;
  let delay;
  // A comma is also part of some dates.
  for (const one of `${value ?? ''}`.split(/,(?!\s*\d\d?[ -][a-z])/i)) {
    const isDate = !/^\s*\d+(\.\d+)?\s*$/.test(one);
    const wait = isDate ? timeOf(one) - (now || Date.now()) : Number(one) * 1000;
    if (wait > (delay ?? -1e99)) [delay, isReckoned] = [wait, isDate && !now];
  }
  return [delay, isReckoned];
};

/** @param {string} text A date; without a zone it is Greenwich's, as in those of C's `asctime`. */
const timeOf = (text) =>
  /[a-z]/i.test(text) ? Date.parse(/:\d\d( \d{4})?\s*$/.test(text) ? `${text} GMT` : text) : NaN;

/** @param {any} value A `Response` of another realm will do as well, and that of a library. */
const isResponse = (value) => typeof value?.status === 'number' && Object(value.headers) === value.headers;

/**
 * @param {any} response
 * @param {string} name
 * @returns {string | null | undefined}
 */
const headerOf = ({ headers }, name) => (headers.get ? headers.get(name) : headers[name]);

/** @param {string | undefined} text */
const parse = (text) => {
  try {
    return JSON.parse(text ?? '');
  } catch {
    // What it throws quotes the text, so it must not go any further.
  }
};

/** The longest body that is read: eight times the longest token. */
const LONGEST = 131_072;

/**
 * The body up to a bound; undefined beyond.
 *
 * @param {any} response
 */
const textOf = async (response) => {
  const reader = response.body?.getReader?.();
  if (!reader) {
    const text = String(await response.text?.());
    return text.length > LONGEST ? undefined : text;
  }
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    text += decoder.decode(value, { stream: !done });
    if (text.length > LONGEST) {
      reader.cancel().catch(() => {});
      return undefined;
    }
    if (done) return text;
  }
};

// ## A request for a resource

/**
 * A request for a resource in its plainest form: whatever wraps `fetch` in the page
 * may take the URL for a string, spread the headers, or replace those of a
 * `Request`. With a second copy if its body can be sent twice, its signal, where it
 * goes and where it may.
 *
 * @param {Wire} wire
 * @param {any} input
 * @param {any} init
 */
export const prepare = ({ allowedOrigins }, input, init) => {
  // By what the platform itself takes for one: it alone must decide where it goes.
  const isRequest = requestUrlOf(input) !== undefined;
  const whole = isRequest && init ? new input.constructor(input, init) : input;
  /** @type {any} */
  const plain = {};
  // Inherited ones as well: an `init` may be a `Request`.
  if (!isRequest) for (const name in init) plain[name] = init[name];
  // Given anew with anything else, they would be lost.
  else ({ referrer: plain.referrer, referrerPolicy: plain.referrerPolicy } = whole);
  plain.headers = headersOf(isRequest ? whole.headers : plain.headers);
  const { href, protocol, hostname, origin } = new Address(isRequest ? requestUrlOf(whole) ?? '' : `${input}`, baseOf(globalThis.document) ?? globalThis.location?.href);
  const first = isRequest ? whole : href;
  const replay = isRequest ? whole.clone() : plain.body?.getReader ? undefined : href;
  const { signal } = isRequest ? whole : plain;
  return { first, replay, signal: signal ?? undefined, protocol, hostname, origin, allowed: allowedOrigins, init: plain };
};

/**
 * @param {any} request
 * @param {any} init
 * @param {string} token
 * @param {(value: unknown, isResponse: boolean) => void} callback
 */
export const send = async (request, init, token, callback) => {
  let value;
  try {
    const headers = { ...init.headers, authorization: `Bearer ${token}` };
    value = await fetch(request, { ...init, headers });
  } catch (error) {
    return callback(error, false);
  }
  callback(value, true);
};

/**
 * Whether it is a 401 that another token may mend: not one that says that no token of
 * this kind will do (RFC 6750 section 3.1), and nothing that cannot be read: a patched
 * `fetch` gives anything.
 *
 * @param {any} response
 */
export const refusesToken = (response) => {
  try {
    return response.status === 401 && !/insufficient_scope/.test(headerOf(response, 'www-authenticate') ?? '');
  } catch {
    return false;
  }
};

/** @param {any} response Lets go of the connection of an answer that nobody will read. */
export const discard = async (response) => {
  try {
    await response.body?.cancel?.();
  } catch {
    // Nobody will read it in any case.
  }
};

/** @param {any} what A URL, or a response. */
export const originOf = (what) => {
  try {
    return new Address(typeof what === 'string' ? what : what.url).origin;
  } catch {
    return undefined;
  }
};

// ## Revokes, and the last request of the page

/**
 * The revoke that follows names it.
 *
 * @param {Wire} wire
 * @param {number} id
 */
export const name = (wire, id) => {
  const secret = wire.secrets[id];
  wire.form ??= new Form();
  wire.named += 1;
  // One without a secret has not been sent yet, but is about to be.
  if (!secret || secret === PENDING) wire.form.append('pending', `${id}`);
  else wire.form.append(...nameOf(secret));
};

/** What may be behind a request that has not been answered. @type {Secret} */
const PENDING = {};

/**
 * The handle can do nothing but end the token.
 *
 * @param {{ handle?: string, token?: string }} secret
 * @returns {[name: string, value: string]}
 */
const nameOf = ({ handle, token = '' }) => (handle ? ['handle', handle] : ['token', token]);

/**
 * What has been named.
 *
 * @param {Wire} wire
 * @param {string} reason
 * @param {boolean} isWhole Whatever was minted for this session.
 */
const written = (wire, reason, isWhole) => {
  const form = wire.form ?? new Form();
  wire.form = undefined;
  wire.named = 0;
  if (isWhole) form.set('whole_session', '1');
  form.set('session', wire.session);
  form.set('reason', reason);
  return form;
};

/**
 * Asks to revoke, for a page that lives.
 *
 * @param {Wire} wire
 * @param {number} id
 * @param {string} reason
 * @param {boolean} isWhole Whatever was minted for this session.
 * @param {number} wait How many milliseconds it may take.
 */
export const revoke = (wire, id, reason, isWhole, wait) => {
  const body = written(wire, reason, isWhole);
  // A patched `fetch` may heed no signal.
  const late = () => {
    if (abort(wire, id)) wire.tell?.({ ...answer(0), kind: 'revoke', id }, true);
  };
  const timer = outside(() => setTimeout(late, wait));
  answered(wire, 'revoke', id, 0, async (signal) => {
    const { revokeEndpoint, revokeHeaders: headers } = wire;
    const init = { method: 'POST', headers, body, redirect: /** @type {const} */ ('error'), signal };
    const value = await sent(/** @type {string} */ (revokeEndpoint), init);
    // Whatever else it may be, it confirms nothing.
    if (!isResponse(value)) throw NO_ANSWER;
    return value;
  }).finally(() => clearTimeout(timer));
};

/**
 * Asks to revoke, for a page that goes: whatever is not handed to the browser
 * when this returns is lost.
 *
 * @param {Wire} wire
 * @param {string} reason
 * @param {boolean} isWhole Whatever was minted for this session.
 * @param {boolean} isShort It may be sent twice.
 */
export const handOver = (wire, reason, isWhole, isShort) =>
  handOverAs(wire, lastOf(wire, written(wire, reason, isWhole), isShort));

/**
 * Keeps the last request of the page ready: when a tab is closed, Firefox cuts off
 * whatever runs in `pagehide`, at any moment and for good, so the first thing done
 * there is to hand over what lies here.
 *
 * @param {Wire} wire
 * @param {string} reason
 * @param {string} ifCached The reason, should the page go into the back/forward cache.
 * @param {boolean} isWhole Whatever was minted for this session.
 * @param {boolean} isShort It may be sent twice.
 * @param {number} upTo The last request that it tells of; 0 where there is nothing to say.
 */
export const hold = (wire, reason, ifCached, isWhole, isShort, upTo) => {
  wire.isLong = wire.named > MANY;
  const body = written(wire, reason, isWhole);
  wire.last = upTo ? lastOf(wire, body, isShort) : undefined;
  wire.ifCached = ifCached;
  wire.upTo = upTo;
  wire.isWhole = isWhole;
  wire.isCurrent = true;
  wire.isSent = false;
  if (wire.deferred) defer(wire);
};

/** So many names take some tenths of a millisecond to write down. */
const MANY = 50;

/**
 * What the last request has to name is not what it was.
 *
 * @param {Wire} wire
 */
const changed = (wire) => {
  if (!wire.isCurrent || !wire.endPage || !wire.revokeEndpoint) return;
  wire.isCurrent = false;
  const write = () => wire.isCurrent || haveWritten(wire);
  // Once for all that happens in one go, and of what takes long, seldom; but what
  // the browser holds should not lag behind.
  if (wire.isLong && !wire.deferred) outside(() => setTimeout(write, 50));
  else queueMicrotask(write);
};

/**
 * Whether WebAssembly still can: after a fault it never will.
 *
 * @param {Wire} wire
 */
const haveWritten = (wire) => attempt(() => wire.tell?.('write', false));

/**
 * The page is going, and the last request was sent before anything else was done:
 * up to which request it tells. Otherwise 0.
 *
 * @param {Wire} wire
 */
export const toldUpTo = ({ isSent, upTo }) => (isSent ? upTo : 0);

/** @typedef {{ body: URLSearchParams, init: RequestInit, beacon: URLSearchParams | undefined }} Last */

/**
 * What a last request is sent as: by `fetch` and by a beacon, since neither is sure.
 * Some content blockers take every beacon, and the browser says that it was sent;
 * and what is left as the last window closes is the beacon alone. Together they must
 * fit into the quota, for which the session's name always will do: it says that
 * nothing of this page life outlives it.
 *
 * @param {Wire} wire
 * @param {URLSearchParams} body
 * @param {boolean} isShort
 * @returns {Last}
 */
const lastOf = ({ revokeHeaders: headers }, body, isShort) => ({
  body,
  init: { method: 'POST', headers, body, redirect: 'error', keepalive: true },
  // A beacon has no headers.
  beacon: headers ? undefined : isShort ? body : wholeSession(body),
});

/** @param {Wire} wire */
const defer = (wire) => {
  wire.held?.abort();
  wire.held = undefined;
  const { last, revokeEndpoint } = wire;
  if (!last) return;
  const held = new Aborter();
  const { signal } = held;
  // Its quota may be used up, and the shorter one may fit.
  for (const one of [last.body, wholeSession(last.body)]) {
    if (!wire.held && attempt(() => later(revokeEndpoint, { ...last.init, body: one, signal }))) wire.held = held;
  }
};

/**
 * @param {string | undefined} url
 * @param {RequestInit} init
 */
const later = (url, { keepalive, ...init }) => /** @type {any} */ (globalThis).fetchLater(url, init);

/**
 * @param {Wire} wire
 * @param {boolean} persisted
 */
const sendLast = (wire, persisted) => {
  // A wrapper may have set the listener more than once.
  if (wire.isSent) return;
  // What the browser holds for the end of the page says the same.
  const isHeld = wire.isCurrent && wire.held && !persisted;
  // What names the session tells of whatever has come since.
  if (!wire.isCurrent && !wire.isWhole && !haveWritten(wire)) {
    const body = wire.last?.body ?? written(wire, 'unload', true);
    body.set('whole_session', '1');
    wire.last = lastOf(wire, body, false);
  }
  const { last } = wire;
  if (!last) return;
  if (persisted) {
    last.body.set('reason', wire.ifCached);
    last.beacon?.set('reason', wire.ifCached);
  }
  // Before it is: what comes after may be cut off.
  wire.isSent = true;
  if (!isHeld) {
    handOverAs(wire, last);
    wire.held?.abort();
  }
  wire.held = undefined;
};

/**
 * @param {Wire} wire
 * @param {Last} last
 */
const handOverAs = ({ revokeEndpoint }, { init, beacon }) => {
  const url = /** @type {string} */ (revokeEndpoint);
  let isTaken = !beacon;
  let sent;
  try {
    // In this order, for a beacon that is blocked still counts against the quota;
    // and with nothing in between, for Firefox may cut off what follows.
    sent = fetch(url, init);
    if (beacon) isTaken = navigator.sendBeacon(url, beacon);
  } catch {
    // A patched `fetch` throws, or there is no beacon (in workers).
    isTaken ||= attempt(() => navigator.sendBeacon(url, /** @type {any} */ (beacon)));
  }
  // Nobody can act on it, so it should not be reported as unhandled.
  sent?.catch?.(() => {});
  if (isTaken) return;
  // The quota is shared with all of the page, and used up, but for what has one of
  // its own: `fetchLater` in Chromium, and a frame's in WebKit.
  const page = globalThis.document;
  const small = wholeSession(/** @type {any} */ (init.body));
  attempt(() => navigator.sendBeacon(url, small)) ||
    attempt(() => later(url, init)) ||
    attempt(() => later(url, { ...init, body: small })) ||
    attempt(() => {
      const frame = page.createElement('iframe');
      page.documentElement.append(frame);
      /** @type {any} */ (frame.contentWindow).fetch(url, init).catch(() => {});
      frame.remove();
    });
};

/** @param {() => unknown} way What it gives, or false where it throws. */
const attempt = (way) => {
  try {
    return /** @type {boolean} */ (way() ?? true);
  } catch {
    return false;
  }
};

/** @param {URLSearchParams} body */
const wholeSession = (body) =>
  new Form({
    session: body.get('session') ?? '',
    whole_session: '1',
    reason: body.get('reason') ?? '',
  });

// ## The page

/**
 * Tells what happens to the page.
 *
 * Never `unload` (it keeps pages out of the back/forward cache and is going
 * away), never `beforeunload` (it also fires for exits that do not happen).
 *
 * @param {Wire} wire Its last request is sent before anything else is done.
 */
const listenToPage = (wire) => {
  // A DOM for tests may lie over other globals than its window's.
  const { document: page, window = globalThis, MutationObserver } = take();
  if (!page) return;
  let isLeft = false;
  /** @param {Event} event A script's own says nothing of the page. */
  const isReal = (event) => wire.tell && event.isTrusted !== false;
  /** @param {any} event */
  const listener = (event) => {
    const { type } = event;
    if (!isReal(event)) return;
    if (hiddenOf(page) && type !== 'pagehide') {
      // What follows `pagehide` says nothing new, and Firefox may have cut that off.
      if (isLeft) return;
      // Whatever else it says, nobody sees the page.
      wire.tell?.('visibilitychange', true);
      // Who hears of it may have closed the client.
      if (!/pageshow|prerender|online/.test(type)) return;
    }
    wire.tell?.(type, event.persisted ?? hiddenOf(page));
    // What comes after it is named in requests of its own.
    if (type === 'pagehide') wire.isSent = false;
  };
  /** @param {any} event */
  const first = (event) => {
    // Not by a function: as one returns, Firefox may cut off what follows.
    if (!wire.tell || event.isTrusted === false) return;
    isLeft = event.type === 'pagehide';
    if (isLeft) sendLast(wire, event.persisted);
  };
  /** @param {typeof add} change In its plainest form: some that wrap it mistake other options. */
  const all = (change) =>
    outside(() => {
      /** @param {[string, (event: any) => void, boolean]} what */
      const inWindow = (...what) => {
        try {
          change.call(window, ...what);
        } catch {
          // A DOM for tests may put the methods of its window on Node's globals, which are none.
          window[change.name](...what);
        }
      };
      for (const type of ['pagehide', 'pageshow', 'online', 'focus']) {
        // Capturing: before other clients and the app have had their time.
        if (/page/.test(type)) inWindow(type, first, true);
        inWindow(type, listener, false);
      }
      for (const type of ['visibilitychange', 'resume', 'prerenderingchange']) {
        change.call(page, type, listener, false);
      }
    });
  // `document.open()` takes every listener away. Added twice they are there once.
  wire.listen = () => all(add);
  wire.listen();
  const observer = MutationObserver && new MutationObserver(wire.listen);
  observer?.observe(page, { childList: true });
  wire.endPage = () => {
    observer?.disconnect();
    all(remove);
  };
};

/**
 * Listens to the page anew, should its listeners have been lost.
 *
 * @param {Wire} wire
 */
export const listenAgain = (wire) => wire.listen?.();

/**
 * A part of what was made here, by its name.
 *
 * @param {any} of
 * @param {string} name
 */
export const part = (of, name) => of[name];

export const isPrerendering = () => !!(globalThis.document && prerenderingOf(globalThis.document));

export const isHidden = () => !!(globalThis.document && hiddenOf(globalThis.document));

// ## Signals and other tabs

/**
 * Calls back once the signal fires, unless the function it gives is called before.
 *
 * @param {AbortSignal} signal
 * @param {(value: undefined, flag: boolean) => void} callback
 */
export const onAbort = (signal, callback) => {
  let isOver = false;
  // A signal of the app's own may know no better than to call it nevertheless, and a
  // script's event aborts nothing.
  const listener = () => isOver || !signal.aborted || callback(undefined, false);
  signal.addEventListener('abort', listener);
  return () => {
    isOver = true;
    signal.removeEventListener('abort', listener);
  };
};

/**
 * Tells when another tab of the app says that everything is to be revoked.
 *
 * @param {Wire} wire
 */
const listenToTabs = (wire) => {
  const { app, tokenEndpoint = '' } = wire;
  try {
    const channel = outside(() => new BroadcastChannel(`downscope ${app ?? tokenEndpoint}`));
    channel.onmessage = ({ data }) => {
      if (data === REVOKE_ALL) wire.tell?.('elsewhere', false);
    };
    // In Node it would keep the process alive.
    /** @type {any} */ (channel).unref?.();
    wire.tabs = channel;
  } catch {
    // Without such channels a tab is alone.
  }
};

/** @param {Wire} wire Has the other tabs revoke everything. */
export const tellTabs = ({ tabs }) => tabs?.postMessage(REVOKE_ALL);

/** The one thing that is ever said in the channel. */
const REVOKE_ALL = 'revoke all';

// ## Names and URLs

/** 128 random bits in hexadecimal. */
const randomName = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

export const randomSeed = () => crypto.getRandomValues(new Uint32Array(1))[0];

/**
 * The absolute form of an endpoint's URL, resolved against where the page is: a
 * `<base>`, which any markup can bring in, would take tokens elsewhere.
 *
 * @param {string} given
 * @returns {{ href: string, protocol: string, hostname: string, has_password: boolean }}
 */
export const resolve = (given) => {
  const { location, origin, document: page } = take();
  // The address of some documents and workers is no base for anything, and some have
  // no origin either.
  const base = /^http/.test(location?.protocol) ? location.href : origin;
  const url = new Address(given, base === 'null' ? undefined : base);
  try {
    if (page && new Address(given, baseOf(page)).href !== url.href) {
      warn("endpoint_base: endpoints are resolved against the page's address, not against its <base>.");
    }
  } catch {
    // A base that is none leads nowhere.
  }
  const { href, protocol, hostname, username, password } = url;
  return { href, protocol, hostname, has_password: !!(username || password) };
};

/** What the console has been told. @type {Record<string, unknown>} */
const told = {};

/** @param {string} what It is said once in a page. */
const warn = (what) => {
  try {
    told[what] ??= console.warn(`downscope: ${what}`) ?? 1;
  } catch {
    // A page's own console must not cost a token.
  }
};

/** @param {unknown} value */
export const always = (value) => () => value;
