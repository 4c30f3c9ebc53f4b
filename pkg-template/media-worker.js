// @ts-check
// Answers media URLs in an app's service worker. It holds nothing between two requests, so the
// browser may stop it at any time: what an id stands for, the page says anew each time.

/** @type {typeof import('./media-worker.js').serveMedia} */
export const serveMedia = ({ origins, path = 'downscope-media/', timeout = 10_000, claim = true }) => {
  const worker = /** @type {any} */ (globalThis);
  const { clients, location, registration } = worker;
  if (typeof origins !== 'function' && !Array.isArray(origins)) {
    throw new TypeError('serveMedia: origins is a list of origins, or a function that gives one');
  }
  const prefix = new URL(path, registration.scope).href;
  if (new URL(prefix).origin !== location.origin || !prefix.endsWith('/')) {
    throw new TypeError('serveMedia: path leads to a folder of this origin, with a slash at its end');
  }
  let open = 0;

  worker.addEventListener('fetch', (/** @type {any} */ event) => {
    const [url] = event.request.url.split(/[?#]/);
    if (!url.startsWith(prefix)) return;
    event.respondWith(counted(event, url.slice(prefix.length)));
    // Whoever answers everything else, an app's own listener, would answer this as well.
    event.stopImmediatePropagation();
  });

  worker.addEventListener('message', (/** @type {any} */ event) => {
    const { data, ports, source } = event;
    if (data?.downscope !== MEDIA || source?.type !== 'window' || ports.length !== 1) return;
    event.stopImmediatePropagation();
    ports[0].postMessage({ prefix });
    // Refused to one that is not active yet: its page waits until it is.
    if (claim && data.isUncontrolled) event.waitUntil(clients.claim().catch(() => {}));
  });

  /**
   * @param {any} event
   * @param {string} id
   */
  const counted = async ({ request, clientId }, id) => {
    const reason = reasonAgainst(request, id);
    if (reason) return refusal(request, ...reason);
    if (open >= MOST_OPEN) return refusal(request, 503, 'too_many_requests');
    open += 1;
    /** @type {Conversation | undefined} */
    let owner;
    try {
      owner = await ownerOf(await asked(clientId), id);
      return await answered(request, owner);
    } catch (error) {
      if (error instanceof Refusal) return refusal(request, ...error.what);
      // What the network does to it the element is to see as it would without a worker.
      return isOpened(request) ? nothing() : Response.error();
    } finally {
      open -= 1;
      owner?.close();
    }
  };

  /**
   * The pages to ask. A navigation, which a download may be, names none: then all of them,
   * since only the one that made the URL knows its id.
   *
   * @param {string} clientId
   */
  const asked = async (clientId) => {
    const found = clientId ? [await clients.get(clientId)] : await clients.matchAll({ type: 'window' });
    return found.filter((/** @type {any} */ client) => client?.type === 'window');
  };

  /**
   * @param {any[]} pages
   * @param {string} id
   */
  const ownerOf = async (pages, id) => {
    const all = pages.map((page) => converse(page, id));
    const claims = all.map(async (one) => {
      const said = await one.hear(timeout);
      if (said?.isMine !== true) throw said;
      return one;
    });
    /** @type {Conversation | undefined} */
    let owner;
    try {
      owner = await Promise.any(claims);
      return owner;
    } catch (/** @type {any} */ { errors }) {
      // One that says nothing may be the owner, and too busy.
      throw new Refusal(...(errors.every(Boolean) ? NOT_FOUND : SILENT));
    } finally {
      for (const one of all) if (one !== owner) one.close();
    }
  };

  /**
   * @param {any} request
   * @param {Conversation} owner
   */
  const answered = async (request, owner) => {
    const allowed = typeof origins === 'function' ? await origins() : origins;
    const first = orderOf(await owner.hear(LONGEST_WAIT), allowed);
    const response = await send(first, request);
    if (!refusesToken(response, first.url)) return passedOn(response, request, first);
    owner.say({ isRefused: true });
    const next = await owner.hear(LONGEST_WAIT);
    // There is no other token: then the refusal is the answer.
    if (!next?.authorization) return passedOn(response, request, first);
    const second = orderOf(next, allowed);
    response.body?.cancel().catch(() => {});
    const last = await send(second, request);
    if (refusesToken(last, second.url)) owner.say({ isRefused: true });
    return passedOn(last, request, second);
  };
};

/** How what the page and the worker say to each other begins. */
const MEDIA = 'media 1';

/** As many requests wait for their pages, and no more. */
const MOST_OPEN = 10_000;

/** How long a page that has answered may take for a token: longer than its client waits. */
const LONGEST_WAIT = 120_000;

/**
 * What may ask: that is data to the page. Never what would run (a script, a style, a frame:
 * on the app's own origin), and a document as a download only.
 */
const DESTINATIONS = ['', 'audio', 'document', 'font', 'image', 'track', 'video'];

/** What a request hands on. */
const ASKED = ['range', 'if-range'];

/** What an answer hands on. */
const TOLD = [
  'accept-ranges',
  'content-disposition',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
  'etag',
  'last-modified',
  'retry-after',
];

/** Should an engine show it as a document nevertheless: as one of nobody, that can do nothing. */
const POLICY = "default-src 'none'; sandbox";

/** Answers that have no body, and must not be given one. */
const EMPTY = [204, 205, 304];

/** @typedef {[status: number, code: string]} What */
/** @typedef {ReturnType<typeof converse>} Conversation */
/** @typedef {{ url: string, authorization: string, filename: string | undefined }} Order */

/** @type {What} Also of what was there: nobody is told which ids there are elsewhere. */
const NOT_FOUND = [404, 'not_found'];
/** @type {What} */
const SILENT = [504, 'no_answer'];

class Refusal extends Error {
  /** @param {What} what */
  constructor(...what) {
    super(what[1]);
    this.what = what;
  }
}

/**
 * @param {any} request
 * @param {string} id
 * @returns {What | undefined}
 */
const reasonAgainst = ({ method, destination }, id) => {
  if (method !== 'GET' && method !== 'HEAD') return [405, 'method_not_allowed'];
  if (!/^[0-9a-f]{32}$/.test(id)) return NOT_FOUND;
  return DESTINATIONS.includes(destination) ? undefined : [403, 'not_as_code'];
};

/**
 * What a page says, in turn.
 *
 * @param {any} page
 * @param {string} id
 */
const converse = (page, id) => {
  const { port1, port2 } = new MessageChannel();
  /** @type {any[]} */
  const said = [];
  let wake = () => {};
  port1.onmessage = ({ data }) => {
    said.push(data);
    wake();
  };
  page.postMessage({ downscope: MEDIA, id }, [port2]);
  return {
    /** @param {number} wait What is said, or undefined where that is nothing for so long. */
    async hear(wait) {
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let timer;
      if (said.length === 0) {
        await new Promise((resolve) => {
          wake = () => resolve(undefined);
          timer = setTimeout(wake, wait);
        });
        clearTimeout(timer);
      }
      return said.shift();
    },
    /** @param {object} what */
    say: (what) => port1.postMessage(what),
    close: () => port1.close(),
  };
};

/**
 * What a page wants sent, or why not. It is not trusted: script in it could answer in its place,
 * and go to where the page's own policy lets nothing go.
 *
 * @param {any} said
 * @param {readonly string[]} origins
 * @returns {Order}
 */
const orderOf = (said, origins) => {
  if (!said) throw new Refusal(...SILENT);
  const { url, authorization, code, filename, isRetryable } = said;
  if (code) throw new Refusal(isRetryable ? 503 : 403, wordOf(code));
  if (typeof authorization !== 'string' || !/^Bearer [!-~]{1,16384}$/.test(authorization)) {
    throw new Refusal(502, 'no_header');
  }
  const { href, origin } = new URL(url);
  if (!origins.includes(origin)) throw new Refusal(403, 'origin_not_served');
  return { url: href, authorization, filename: typeof filename === 'string' ? filename.slice(0, 255) : undefined };
};

/** @param {unknown} code */
const wordOf = (code) => /^[a-z_]{1,40}$/.exec(`${code}`)?.[0] ?? 'refused';

/**
 * @param {Order} order
 * @param {any} request
 */
const send = ({ url, authorization }, { headers: given, method, signal }) => {
  const headers = new Headers({ authorization });
  for (const name of ASKED) if (given.has(name)) headers.set(name, given.get(name));
  // Without a prototype, of which an option could be inherited.
  return fetch(url, /** @type {any} */ ({ __proto__: null, method, headers, signal, cache: 'no-store' }));
};

/**
 * The rule of `Grant.fetch`: a 401 that another token may mend, and not from where a redirect
 * led, to which the browser sent none.
 *
 * @param {Response} response
 * @param {string} sentTo
 */
const refusesToken = ({ status, headers, url }, sentTo) =>
  status === 401 &&
  !/insufficient_scope/.test(headers.get('www-authenticate') ?? '') &&
  (!url || new URL(url).origin === new URL(sentTo).origin);

/**
 * @param {Response} response
 * @param {any} request
 * @param {Order} order
 */
const passedOn = ({ status, body, headers: given }, request, { filename }) => {
  // Cross-origin, the API has to expose it; what a part is a part of cannot be guessed.
  if (status === 206 && !given.has('content-range')) {
    body?.cancel().catch(() => {});
    return refusal(request, 502, 'content_range_not_exposed');
  }
  // As a download it would fail, and take the page away.
  if (isOpened(request) && status >= 400) {
    body?.cancel().catch(() => {});
    return nothing();
  }
  const headers = new Headers({ 'cache-control': 'no-store', 'content-security-policy': POLICY });
  for (const name of TOLD) {
    const value = given.get(name);
    if (value !== null) headers.set(name, value);
  }
  // Of what is packed, that is the length before it was unpacked.
  if (given.has('content-encoding')) headers.delete('content-length');
  if (isOpened(request)) {
    const disposition = given.get('content-disposition') ?? '';
    const name = encoded(filename ?? '');
    const own = `attachment; filename*=UTF-8''${name}`;
    headers.set('content-disposition', name ? own : disposition.replace(/^[^;]*/, 'attachment'));
    headers.set('x-content-type-options', 'nosniff');
  }
  return new Response(EMPTY.includes(status) ? null : body, { status, headers });
};

/**
 * Whether somebody goes there, and the page with them unless it is saved.
 *
 * @param {any} request
 */
const isOpened = ({ destination }) => destination === 'document';

/** The page stays where it is, as with a download. */
const nothing = () => new Response(null, { status: 204 });

/**
 * A file's name as RFC 8187 has it.
 *
 * @param {string} name
 */
const encoded = (name) => {
  try {
    return encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  } catch {
    // Half a character has no form in a header.
    return '';
  }
};

/**
 * @param {any} request
 * @param {number} status
 * @param {string} code
 */
const refusal = (request, status, code) =>
  isOpened(request)
    ? nothing()
    : new Response(`${code}\n`, {
        status,
        headers: {
          'cache-control': 'no-store',
          'content-security-policy': POLICY,
          'content-type': 'text/plain',
          ...(status === 405 && { allow: 'GET, HEAD' }),
        },
      });
