// The hands of src/browser: calls of the platform that take many small steps,
// each of which would cost WebAssembly a crossing, a catch and a drop. They
// decide nothing. Tokens pass through here as the strings they are; what the last
// request of a page has to name is kept here for as long as the core holds it.
// @ts-check

/** @typedef {{ resource?: string, scope: string, session: string, id: string, lease?: true }} TokenRequest */
/** @typedef {(answer: Answer, flag: boolean) => void} Callback */

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
 *   secrets: Record<number, Secret>,
 *   open: Map<number, AbortController>,
 *   weight: number,
 *   most: number,
 *   body: URLSearchParams | undefined,
 *   timer: ReturnType<typeof setTimeout> | undefined,
 *   isCurrent: boolean,
 *   isSent: boolean,
 *   held: AbortController | undefined,
 * }} Wire
 */

/**
 * @typedef {{
 *   token: string,
 *   handle: string | undefined,
 *   scope: string | undefined,
 *   weight: number,
 * }} Secret
 */

/**
 * @param {object} backend Checked, URLs absolute.
 * @param {number} most The longest body of a last request.
 * @returns {Wire}
 */
export const connect = (backend, most) => ({
  // What has been put on a prototype is no option of the app's.
  __proto__: null,
  .../** @type {Wire} */ (backend),
  session: '',
  // Bytes that it takes to name the secrets, and may take.
  weight: 0,
  most,
  // Without a prototype, and so without code of others: tokens are put here.
  secrets: Object.create(null),
  // Those for tokens by the number of the token, others by numbers below zero.
  open: new Map(),
  body: undefined,
  timer: undefined,
  isCurrent: true,
  isSent: false,
  held: undefined,
});

/**
 * From now on requests carry another session; those but for tokens are let go of,
 * since one under way keeps pages out of some back/forward caches.
 *
 * @param {Wire} wire
 */
export const renewSession = (wire) => {
  wire.session = randomName();
  for (const id of wire.open.keys()) if (id < 0) abort(wire, id);
  added(wire);
};

/**
 * Asks the app for a token: its own function, or its endpoint.
 *
 * @param {Wire} wire
 * @param {number} id
 * @param {string | undefined} resource
 * @param {string} scope
 * @param {Callback} callback
 */
export const askForToken = (wire, id, resource, scope, callback) => {
  const { getToken, tokenEndpoint, leaseEndpoint, session } = wire;
  /** @type {TokenRequest} */
  const request = {
    ...(resource && { resource }),
    scope,
    session,
    id: `${id}`,
    ...(leaseEndpoint && { lease: true }),
  };
  answered(
    wire,
    id,
    async (signal) =>
      getToken
        ? getToken(request, { signal })
        : asked(wire, /** @type {string} */ (tokenEndpoint), request, false, signal),
    callback,
  );
  added(wire);
};

/**
 * Tells the app's backend that the page lives.
 *
 * @param {Wire} wire
 * @param {number} id
 * @param {Callback} callback
 */
export const askForLease = (wire, id, callback) => {
  const { leaseEndpoint, session } = wire;
  // A request that is held open must not keep the page out of Firefox's back/forward cache.
  const ask = asked.bind(undefined, wire, /** @type {string} */ (leaseEndpoint), { session }, true);
  answered(wire, id, ask, callback);
};

/**
 * Lets go of a request.
 *
 * @param {Wire} wire
 * @param {number} id
 */
export const abort = (wire, id) => {
  const controller = wire.open.get(id);
  release(wire, id);
  controller?.abort();
};

/**
 * Whether it was there.
 *
 * @param {Wire} wire
 * @param {number} id
 */
const release = (wire, id) => {
  if (id > 0) changed(wire);
  return wire.open.delete(id);
};

/**
 * Keeps what an answer brought.
 *
 * @param {Wire} wire
 * @param {number} id
 * @param {Answer} answer
 */
export const keep = (wire, id, [, , token, , , handle, scope, length]) => {
  const weight = length + '&handle='.length;
  wire.secrets[id] = { token: /** @type {string} */ (token), handle, scope, weight };
  wire.weight += weight;
  added(wire);
};

/**
 * @param {Wire} wire
 * @param {number} id
 */
export const forget = (wire, id) => {
  wire.weight -= wire.secrets[id]?.weight ?? 0;
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
 * @param {Wire} wire
 * @param {string} url
 * @param {object} request
 * @param {boolean} keepalive
 * @param {AbortSignal} signal
 */
const asked = async ({ headers, credentials }, url, request, keepalive, signal) => {
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
};

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
 * @param {Wire} wire
 * @param {number} id
 * @param {(signal: AbortSignal) => Promise<unknown>} call
 * @param {Callback} callback The flag: nobody has let go of the request meanwhile.
 */
const answered = async (wire, id, call, callback) => {
  const controller = new AbortController();
  wire.open.set(id, controller);
  let answer;
  try {
    answer = await read(await call(controller.signal));
  } catch (error) {
    answer = readThrown(error);
  }
  // A request that was tried again has another one by now.
  callback(answer, wire.open.get(id) === controller && release(wire, id));
};

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
    `${new URLSearchParams({ a: handle ?? token?.slice(0, 16_384) ?? '' })}`.length - 'a='.length,
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
 * its signal, where it goes and where it may.
 *
 * @param {Wire} wire
 * @param {any} input
 * @param {any} init
 */
export const prepare = ({ allowedOrigins }, input, init) => {
  const request = new Request(input, init);
  const { protocol, hostname, origin } = new URL(request.url);
  const replay = init?.body?.getReader ? undefined : request.clone();
  return [request, replay, request.signal, protocol, hostname, origin, allowedOrigins];
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

/** A form for a revoke. */
export const form = () => new URLSearchParams();

/**
 * @param {Wire} wire
 * @param {number} id
 * @param {URLSearchParams} body Names the secret if it is still there.
 */
export const nameSecret = ({ secrets }, id, body) => {
  if (id in secrets) body.append(...named(secrets[id]));
};

/**
 * @param {number} id
 * @param {URLSearchParams} body Names the request.
 */
export const nameRequest = (id, body) => body.append('pending', `${id}`);

/**
 * Asks to revoke, for a page that lives.
 *
 * @param {Wire} wire
 * @param {number} id
 * @param {URLSearchParams} body
 * @param {string} reason
 * @param {number} wait How many milliseconds it may take.
 * @param {Callback} callback
 */
export const revoke = (wire, id, body, reason, wait, callback) => {
  complete(wire, body, reason);
  let isDone = false;
  // What comes first, for a patched `fetch` may heed no signal.
  const done = (/** @type {Answer} */ answer) => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    callback(answer, false);
  };
  const timer = setTimeout(() => {
    abort(wire, id);
    done(answer(0));
  }, wait);
  answered(
    wire,
    id,
    async (signal) => {
      const { revokeEndpoint, revokeHeaders: headers } = wire;
      const init = { method: 'POST', headers, body, redirect: /** @type {const} */ ('error'), signal };
      const value = await sent(/** @type {string} */ (revokeEndpoint), init);
      // Whatever else it may be, it confirms nothing.
      if (!isResponse(value)) throw undefined;
      return value;
    },
    done,
  );
};

/**
 * Asks to revoke, for a page that goes: whatever is not handed to the browser
 * when this returns is lost.
 *
 * @param {Wire} wire
 * @param {URLSearchParams} body
 * @param {string} reason
 * @param {boolean} isWhole Whatever was minted for this session.
 */
export const handOver = (wire, body, reason, isWhole) => {
  if (isWhole) body.set('whole_session', '1');
  handOverAs(wire, complete(wire, body, reason));
};

/**
 * @param {Wire} wire
 * @param {URLSearchParams} body
 * @param {string} reason
 */
const complete = ({ session }, body, reason) => {
  body.set('session', session);
  body.set('reason', reason);
  return body;
};

/**
 * What a revoke names a secret by: the handle can do nothing else.
 *
 * @param {Secret} secret
 * @returns {[name: string, value: string]}
 */
const named = ({ token, handle }) => (handle ? ['handle', handle] : ['token', token]);

/**
 * The last request of a page is kept ready while what it has to name changes. When a
 * tab is closed, Firefox cuts off whatever runs in `pagehide`, at any moment and
 * for good: so the first thing done there is to hand over what lies here. This
 * is for what it has not named before.
 *
 * @param {Wire} wire
 */
const added = (wire) => {
  wire.isSent = false;
  changed(wire);
};

/** @param {Wire} wire */
const changed = (wire) => {
  wire.body = undefined;
  if (wire.timer !== undefined && !wire.weight) {
    // Nothing to wait for.
    clearTimeout(wire.timer);
    wire.timer = undefined;
    wire.isCurrent = true;
  }
  if (wire.isCurrent && wire.revokeEndpoint && globalThis.document) {
    wire.isCurrent = false;
    const make = () => {
      wire.timer = undefined;
      writeAgain(wire);
    };
    // Once for all that happens in one go, and of what takes long, seldom; but what
    // the browser holds should not lag behind.
    const isMuch = wire.weight > MUCH && wire.weight <= wire.most && !wire.deferred;
    if (isMuch) wire.timer = setTimeout(make, 50);
    else queueMicrotask(make);
  }
};

/** So many bytes take some tenths of a millisecond to write down. */
const MUCH = 10_000;

/**
 * Whether the page is going, and the last request was sent before anything else was
 * done: with every secret, and with this request if it was open.
 *
 * @param {Wire} wire
 * @param {number} [id]
 */
export const isNamedAtLast = ({ isSent, open }, id) => isSent && (!id || open.has(id));

/** @param {Wire} wire */
const writeAgain = (wire) => {
  wire.isCurrent = true;
  wire.body = write(wire);
  if (wire.deferred) defer(wire);
};

/**
 * Undefined where nothing is to be named but the session.
 *
 * @param {Wire} wire
 */
const write = (wire) => {
  const requests = [...wire.open.keys()].filter((id) => id > 0);
  const weight = wire.weight + requests.length * '&pending=4294967295'.length;
  if (!weight) return;
  const isShort = weight <= wire.most;
  const body = new URLSearchParams(isShort ? Object.values(wire.secrets).map(named) : []);
  if (isShort) for (const id of requests) nameRequest(id, body);
  complete(wire, body, 'unload');
  return isShort ? body : wholeSession(body);
};

/** @param {Wire} wire */
const defer = (wire) => {
  wire.held?.abort();
  wire.held = undefined;
  if (!wire.body) return;
  const held = new AbortController();
  for (const body of [wire.body, wholeSession(wire.body)]) {
    try {
      /** @type {any} */ (globalThis).fetchLater(wire.revokeEndpoint, {
        method: 'POST',
        headers: wire.revokeHeaders,
        body,
        redirect: 'error',
        signal: held.signal,
      });
      wire.held = held;
      return;
    } catch {
      // There is no such thing, or its quota is used up, and the shorter one may fit.
    }
  }
};

/**
 * @param {Wire} wire
 * @param {boolean} persisted
 */
const sendLast = (wire, persisted) => {
  const body = wire.isCurrent ? wire.body : write(wire);
  if (!body) return;
  if (persisted) body.set('reason', 'bfcache');
  // Before it is: what comes after may be cut off.
  wire.isSent = true;
  // What the browser holds for the end of the page says the same.
  const isHeld = wire.isCurrent && wire.held && !persisted;
  if (!isHeld) {
    handOverAs(wire, body);
    wire.held?.abort();
  }
  wire.held = undefined;
};

/**
 * @param {Wire} wire
 * @param {URLSearchParams} body
 */
const handOverAs = ({ revokeEndpoint, revokeHeaders: headers }, body) => {
  const url = /** @type {string} */ (revokeEndpoint);
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
 * @param {Wire} wire Its last request is sent before anything else is done.
 */
export const listenToPage = (callback, wire) => {
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
      // Who hears of it may have closed the client.
      if (stop.signal.aborted || !/pageshow|prerender|online/.test(type)) return;
    }
    callback(type, /** @type {any} */ (event).persisted ?? page.hidden);
    // What comes after it is named in requests of its own.
    if (type === 'pagehide') wire.isSent = false;
  };
  // Capturing: before other clients and the app have had their time.
  const first = { capture: true, signal: stop.signal };
  addEventListener(
    'pagehide',
    (event) => {
      if (!isOurs(event)) return;
      isLeft = true;
      sendLast(wire, event.persisted);
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
  let isOver = false;
  // A signal of the app's own may know no better than to call it nevertheless.
  const listener = () => isOver || callback(undefined, false);
  signal.addEventListener('abort', listener);
  return () => {
    isOver = true;
    signal.removeEventListener('abort', listener);
  };
};

/**
 * Calls back when another tab of the app says that everything is to be revoked.
 *
 * @param {Wire} wire
 * @param {(value: undefined, flag: boolean) => void} callback
 * @returns {((tell: boolean) => void) | undefined} Says so to the others, or ends.
 */
export const listenToTabs = ({ app, tokenEndpoint = '' }, callback) => {
  try {
    const channel = new BroadcastChannel(`downscope ${app ?? tokenEndpoint}`);
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
const randomName = () =>
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
