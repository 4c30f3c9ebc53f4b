// The hands of src/browser: calls of the platform that take many small steps,
// each of which would cost WebAssembly a crossing, a catch and a drop. They
// decide nothing. Tokens pass through here as the strings they are; what the last
// request of a page has to name is kept here for as long as the core holds it.
// @ts-check

/** @typedef {{ resource?: string, scope: string, session: string, id: string, lease?: true }} TokenRequest */

/**
 * Asks the app's endpoint for a token or a lease.
 *
 * @param {string} url
 * @param {(() => unknown) | undefined} headers
 * @param {RequestCredentials} credentials
 * @param {object} request
 * @param {boolean} keepalive A request that is held open must not keep the page out of Firefox's back/forward cache.
 * @param {AbortSignal} signal
 * @param {(answer: Answer, flag: boolean) => void} callback
 */
export const askEndpoint = (url, headers, credentials, request, keepalive, signal, callback) =>
  answered(async () => {
    const list = listOf(await headers?.());
    list.set('accept', 'application/json');
    list.set('content-type', 'application/json');
    return sent(url, {
      method: 'POST',
      headers: list,
      body: JSON.stringify(request),
      cache: 'no-store',
      credentials,
      // A redirect would carry the request to where nobody looked.
      redirect: 'error',
      keepalive,
      signal,
    });
  }, callback);

/**
 * `fetch`, but that nothing is known of why it rejects: a `status` on whatever
 * a patched one throws is none of the backend's.
 *
 * @param {string} url
 * @param {RequestInit} init
 */
const sent = async (url, init) => {
  try {
    return await fetch(url, init);
  } catch {
    throw undefined;
  }
};

/** Thrown where the app's headers are none. */
const NO_HEADERS = {};

/** @param {any} headers */
const listOf = (headers) => {
  try {
    return new Headers(headers);
  } catch {
    throw NO_HEADERS;
  }
};

/**
 * Asks the app's own function for a token.
 *
 * @param {(request: TokenRequest, context: { signal: AbortSignal }) => unknown} provider
 * @param {TokenRequest} request
 * @param {AbortSignal} signal
 * @param {(answer: Answer, flag: boolean) => void} callback
 */
export const askProvider = (provider, request, signal, callback) =>
  answered(async () => provider(request, { signal }), callback);

/**
 * @param {() => Promise<unknown>} call
 * @param {(answer: Answer, flag: boolean) => void} callback
 */
const answered = async (call, callback) => {
  let answer;
  try {
    answer = await read(await call());
  } catch (error) {
    answer = readThrown(error);
  }
  callback(answer, false);
};

/**
 * @param {string | undefined} resource
 * @param {string} scope
 * @param {string} session
 * @param {number} id
 * @param {boolean} leased
 * @returns {TokenRequest}
 */
export const tokenRequest = (resource, scope, session, id, leased) => ({
  ...(resource && { resource }),
  scope,
  session,
  id: `${id}`,
  ...(leased && { lease: true }),
});

/** @param {string} session */
export const leaseRequest = (session) => ({ session });

/**
 * What matters of an answer, each part of the type it says or undefined. A
 * list, since one function then takes any part of it over to WebAssembly.
 *
 * @typedef {[
 *   status: number,
 *   form: number,
 *   token: string | undefined,
 *   tokenType: string | undefined,
 *   expiresIn: number | undefined,
 *   handle: string | undefined,
 *   scope: string | undefined,
 *   weight: number,
 *   error: string | undefined,
 *   retryAfter: number | undefined,
 *   final: boolean,
 *   renewIn: number | undefined,
 *   held: number | undefined,
 *   term: number | undefined,
 *   recalls: number[],
 * ]} Answer
 */

/** The forms of a body: an object, something else, HTML, too long; and no request at all. */
const [OBJECT, OTHER, HTML, ENDLESS, UNASKED] = [0, 1, 2, 3, 4];

/**
 * Reads what the endpoint, the app's own provider or a test's stand-in gave.
 *
 * @param {any} value
 */
const read = async (value) => {
  if (!isResponse(value)) return answer(200, value);
  const text = await textOf(value).catch((error) => {
    if (value.status < 300) throw error;
    // The status says enough, whatever became of the body.
    return '';
  });
  const read = answer(value.status, parse(text), delayOf(headerOf(value, 'retry-after')));
  if (text === undefined) read[1] = ENDLESS;
  else if (/html/.test(headerOf(value, 'content-type') ?? '') && read[1]) read[1] = HTML;
  return read;
};

/**
 * Reads what a provider threw or `fetch` rejected with; a getter of an answer
 * that throws counts as no answer.
 *
 * @param {any} error
 */
const readThrown = (error) => {
  try {
    const { status, retryAfter, retryable } = Object(error);
    const delay = typeof retryAfter === 'number' ? retryAfter : undefined;
    const read = answer(Number(status) || 0, error, delay, retryable === false);
    if (error === NO_HEADERS) read[1] = UNASKED;
    return read;
  } catch {
    return answer(0);
  }
};

/**
 * @param {number} status 0: none.
 * @param {any} [body]
 * @param {number} [retryAfter]
 * @param {boolean} [final]
 * @returns {Answer}
 */
const answer = (status, body, retryAfter, final = false) => {
  const own = /** @type {any} */ (Object.create(null));
  // Only its own parts: what has been put on a prototype is no answer.
  for (const name of Object.keys(Object(body))) own[name] = body[name];
  const { access_token, revocation_handle, scope, token_type, expires_in, renew_in, held, term, revoke } = own;
  const token = encodable(access_token);
  // One that is longer than any token may be is none: cut short, it would name nothing.
  const named = encodable(revocation_handle);
  const handle = named && named.length <= 16_384 ? named : undefined;
  return [
    status,
    body === Object(body) ? OBJECT : OTHER,
    token,
    // What is no string is no type that is known.
    token_type === undefined ? undefined : (string(token_type) ?? ''),
    secondsOf(expires_in),
    handle,
    string(scope),
    encodeURIComponent(handle ?? token?.slice(0, 16_384) ?? '').length,
    errorOf(own),
    retryAfter,
    final,
    secondsOf(renew_in),
    secondsOf(held),
    secondsOf(term),
    recallsOf(revoke),
  ];
};

/** What the backend takes back that is no request's name. */
const [ALL, STOP] = [-1, -2];

/** @param {unknown} revoke `"all"`, `"stop"`, or a list of ids of requests. */
const recallsOf = (revoke) =>
  revoke === 'all' ? [ALL] : revoke === 'stop' ? [STOP] : Array.isArray(revoke) ? revoke.map(Number) : [];

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
 * `Retry-After` in milliseconds, from seconds or from a date (RFC 9110 section 10.2.3).
 *
 * @param {string | null | undefined} value
 */
const delayOf = (value) => {
  const delay = /^\d+$/.test(value ?? '') ? Number(value) * 1000 : Date.parse(value ?? '') - Date.now();
  return Number.isNaN(delay) ? undefined : delay;
};

/** @param {any} value A `Response` of another realm will do as well. */
const isResponse = (value) => typeof value?.status === 'number' && typeof value.headers === 'object';

/**
 * @param {any} response
 * @param {string} name
 * @returns {string | null | undefined}
 */
const headerOf = (response, name) => response.headers?.get?.(name);

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

/**
 * A request for a resource, with a second copy if its body can be sent twice,
 * its signal, and where it goes.
 *
 * @param {any} input
 * @param {any} init
 */
export const prepare = (input, init) => {
  const request = new Request(input, init);
  const { protocol, hostname, origin } = new URL(request.url);
  const replay = init?.body?.getReader ? undefined : request.clone();
  return [request, replay, request.signal, protocol, hostname, origin];
};

/**
 * @param {Request} request
 * @param {string} token
 * @param {(value: unknown, isResponse: boolean) => void} callback
 */
export const send = async (request, token, callback) => {
  let value;
  try {
    request.headers.set('authorization', `Bearer ${token}`);
    value = await fetch(request);
  } catch (error) {
    return callback(error, false);
  }
  callback(value, true);
};

/**
 * Whether a 401 says that no token of this kind will do (RFC 6750 section 3.1).
 *
 * @param {any} response
 */
export const isInsufficientScope = (response) => {
  try {
    return /insufficient_scope/.test(headerOf(response, 'www-authenticate') ?? '');
  } catch {
    return true;
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

/** @param {string} url */
export const originOf = (url) => {
  try {
    return new URL(url).origin;
  } catch {
    return undefined;
  }
};

/**
 * Asks to revoke, for a page that lives.
 *
 * @param {string} url
 * @param {URLSearchParams} body
 * @param {HeadersInit | undefined} headers
 * @param {AbortSignal} signal
 * @param {(answer: Answer, flag: boolean) => void} callback
 */
export const revoke = (url, body, headers, signal, callback) =>
  answered(async () => {
    const value = await sent(url, { method: 'POST', headers, body, redirect: 'error', signal });
    // Whatever else it may be, it confirms nothing.
    if (!isResponse(value)) throw undefined;
    return value;
  }, callback);

/**
 * The last request of a page, kept ready while what it has to name changes. When a
 * tab is closed, Firefox cuts off whatever runs in `pagehide`, at any moment and
 * for good: so the first thing done there is to hand over what lies here.
 *
 * @typedef {{
 *   url: string,
 *   headers: HeadersInit | undefined,
 *   most: number,
 *   deferred: boolean,
 *   named: Record<string, [name: string, value: any]>,
 *   body: URLSearchParams | undefined,
 *   isCurrent: boolean,
 *   isSent: boolean,
 *   held: AbortController | undefined,
 * }} LastRequest
 */

/**
 * @param {string} url
 * @param {HeadersInit | undefined} headers
 * @param {boolean} deferred Whether the browser is to hold it, to send it even if the page crashes.
 * @param {number} most The longest body.
 * @returns {LastRequest | undefined} Undefined where there is no page to end.
 */
export const lastRequest = (url, headers, deferred, most) => globalThis.document && ({
  url,
  headers,
  most,
  deferred,
  // Without a prototype, and so without code of others: tokens are put here.
  named: Object.create(null),
  body: undefined,
  isCurrent: true,
  isSent: false,
  held: undefined,
});

/**
 * From now on it names this; without a value, no longer.
 *
 * @param {LastRequest} last
 * @param {number} key
 * @param {string} name
 * @param {unknown} value
 */
export const nameAtLast = (last, key, name, value) => {
  if (value === undefined) delete last.named[key];
  else {
    last.named[key] = [name, value];
    // What was sent does not name this.
    last.isSent = false;
  }
  last.body = undefined;
  if (last.isCurrent) {
    last.isCurrent = false;
    const make = () => writeAgain(last);
    // Once for all that happens in one go, and of what takes long, seldom.
    if (Object.keys(last.named).length < MANY) queueMicrotask(make);
    else setTimeout(make, 50);
  }
};

/** So many names take some tenths of a millisecond to write down. */
const MANY = 200;

/** @param {LastRequest} last Whether it has just been sent. */
export const isLastSent = (last) => last.isSent;

/** @param {LastRequest} last */
const writeAgain = (last) => {
  last.isCurrent = true;
  last.body = write(last);
  if (last.deferred) defer(last);
};

/**
 * Undefined where nothing is to be named but the session.
 *
 * @param {LastRequest} last
 */
const write = ({ named, most }) => {
  const list = Object.values(named);
  if (list.length < 2) return;
  const body = new URLSearchParams([...list, ['reason', 'unload']]);
  return `${body}`.length > most ? wholeSession(body) : body;
};

/** @param {LastRequest} last */
const defer = (last) => {
  last.held?.abort();
  last.held = undefined;
  if (!last.body) return;
  const held = new AbortController();
  for (const body of [last.body, wholeSession(last.body)]) {
    try {
      /** @type {any} */ (globalThis).fetchLater(last.url, {
        method: 'POST',
        headers: last.headers,
        body,
        redirect: 'error',
        signal: held.signal,
      });
      last.held = held;
      return;
    } catch {
      // There is no such thing, or its quota is used up, and the shorter one may fit.
    }
  }
};

/**
 * @param {LastRequest} last
 * @param {boolean} persisted
 */
const sendLast = (last, persisted) => {
  const body = last.isCurrent ? last.body : write(last);
  if (!body) return;
  if (persisted) body.set('reason', 'bfcache');
  // Before it is: what comes after may be cut off.
  last.isSent = true;
  // What the browser holds for the end of the page says the same.
  const isHeld = last.isCurrent && last.held && !persisted;
  if (!isHeld) {
    handOver(last.url, body, last.headers);
    last.held?.abort();
  }
  last.held = undefined;
};

/**
 * Asks to revoke, for a page that goes: whatever is not handed to the browser
 * when this returns is lost.
 *
 * @param {string} url
 * @param {URLSearchParams} body
 * @param {HeadersInit | undefined} headers
 */
export const handOver = (url, body, headers) => {
  try {
    if (!headers && beacon(url, body)) return;
    const sent = fetch(url, { method: 'POST', headers, body, redirect: 'error', keepalive: true });
    // Nobody can act on it, so it should not be reported as unhandled.
    sent.catch(() => {});
    // The quota is shared with all of the page. Its name alone always fits, and
    // says as much: nothing of this page life outlives it.
    if (!headers) beacon(url, wholeSession(body));
  } catch {
    // Refused, and nothing is left to try.
  }
};

/** @param {URLSearchParams} body */
const wholeSession = (body) =>
  new URLSearchParams({
    session: body.get('session') ?? '',
    whole_session: '1',
    reason: body.get('reason') ?? '',
  });

/**
 * Whether the browser took it; false where it has none (workers), or a patched one throws.
 *
 * @param {string} url
 * @param {URLSearchParams} body
 */
const beacon = (url, body) => {
  try {
    return navigator.sendBeacon(url, body);
  } catch {
    return false;
  }
};

/**
 * Calls back for what happens to the page, until the function it gives is called.
 *
 * Never `unload` (it keeps pages out of the back/forward cache and is going
 * away), never `beforeunload` (it also fires for exits that do not happen).
 *
 * @param {(type: string, flag: boolean) => void} callback The flag: persisted, or hidden.
 * @param {LastRequest | undefined} last Sent before anything else is done.
 */
export const listenToPage = (callback, last) => {
  const page = globalThis.document;
  if (!page) return () => {};
  const stop = new AbortController();
  let isLeft = false;
  /** @param {Event} event */
  const listener = (event) => {
    const { type } = event;
    if (!isOurs(event)) return;
    if (page.hidden && type !== 'pagehide') {
      // What follows `pagehide` says nothing new, and Firefox may have cut that off.
      if (isLeft) return;
      // Whatever else it says, nobody sees the page.
      callback('visibilitychange', true);
      if (!/pageshow|prerender|online/.test(type)) return;
    }
    callback(type, /** @type {any} */ (event).persisted ?? page.hidden);
    // What comes after it is named in requests of its own.
    if (last && type === 'pagehide') last.isSent = false;
  };
  // Capturing: before other clients and the app have had their time.
  const first = { capture: true, signal: stop.signal };
  addEventListener(
    'pagehide',
    (event) => {
      if (!isOurs(event)) return;
      isLeft = true;
      if (last) sendLast(last, event.persisted);
    },
    first,
  );
  addEventListener('pageshow', (event) => isOurs(event) && (isLeft = false), first);
  for (const type of ['pagehide', 'pageshow', 'online', 'focus']) {
    addEventListener(type, listener, stop);
  }
  for (const type of ['visibilitychange', 'resume', 'prerenderingchange']) {
    page.addEventListener(type, listener, stop);
  }
  return () => stop.abort();
};

export const isPrerendering = () => !!(/** @type {any} */ (globalThis.document)?.prerendering);

export const isHidden = () => !!globalThis.document?.hidden;

/**
 * Calls back once the signal fires, unless the function it gives is called before.
 *
 * @param {AbortSignal} signal
 * @param {(value: undefined, flag: boolean) => void} callback
 */
export const onAbort = (signal, callback) => {
  const listener = () => callback(undefined, false);
  signal.addEventListener('abort', listener);
  return () => signal.removeEventListener('abort', listener);
};

/**
 * Calls back when another tab of the app says that everything is to be revoked.
 *
 * @param {string} app
 * @param {(value: undefined, flag: boolean) => void} callback
 * @returns {((tell: boolean) => void) | undefined} Says so to the others, or ends.
 */
export const listenToTabs = (app, callback) => {
  try {
    const channel = new BroadcastChannel(`downscope ${app}`);
    channel.onmessage = ({ data }) => data === REVOKE_ALL && callback(undefined, false);
    // In Node it would keep the process alive.
    /** @type {any} */ (channel).unref?.();
    return (tell) => (tell ? channel.postMessage(REVOKE_ALL) : channel.close());
  } catch {
    // Without such channels a tab is alone.
  }
};

/**
 * Whether it is the page's, and not one of the app's own on its way through. (Its
 * target says nothing: that of the window's `pagehide` is the document.)
 *
 * @param {Event} event
 */
const isOurs = (event) => event.eventPhase === Event.AT_TARGET;

/** The one thing that is ever said in the channel. */
const REVOKE_ALL = 'revoke all';

/** 128 random bits in hexadecimal. */
export const randomName = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');

export const randomSeed = () => crypto.getRandomValues(new Uint32Array(1))[0];

/**
 * The absolute form of an endpoint's URL, resolved against the page.
 *
 * @param {string} given
 */
export const resolve = (given) =>
  new URL(given, globalThis.document?.baseURI ?? globalThis.location?.href);

/** @param {unknown} value */
export const always = (value) => () => value;
