// @ts-check
// URLs for what cannot send a header. The page keeps what each stands for, and says so to the
// service worker (`media-worker.js`) that answers them, request by request.

/** @typedef {import('./index.js').Grant} Grant */
/** @typedef {import('./media.js').MediaErrorCode} MediaErrorCode */

/** @type {typeof import('./media.js').mediaOf} */
export const mediaOf = async (grant, { timeout = 10_000, onError } = {}) => {
  const prefix = await readyWithin(timeout);
  /** @type {Map<string, string>} Ids by what they stand for: a URL that is asked for again stays the same. */
  const ids = new Map();
  let isClosed = false;

  const forgetAll = () => {
    for (const id of ids.values()) entries.delete(id);
    ids.clear();
  };

  // The app wanted it gone. What ends otherwise, in the back/forward cache for example, is replaced.
  /** @param {import('./index.js').TokenEvent<'revoked'>} event */
  const listener = ({ detail: { reason } }) => /explicit|logout/.test(reason) && forgetAll();
  grant.addEventListener('revoked', listener);

  return Object.freeze({
    url(/** @type {string | URL} */ resource, /** @type {{ filename?: string }} */ { filename } = {}) {
      if (isClosed) throw new MediaError('closed');
      const { url, hash } = addressOf(resource);
      const key = JSON.stringify([url, filename]);
      const id = ids.get(key) ?? randomName();
      ids.set(key, id);
      const forget = () => ids.delete(key);
      used(id, entries.get(id) ?? { url, filename, onError, ask: () => asker(grant, url), forget });
      return prefix + id + hash;
    },
    close() {
      isClosed = true;
      grant.removeEventListener('revoked', listener);
      forgetAll();
    },
  });
};

export class MediaError extends Error {
  /** @param {MediaErrorCode} code */
  constructor(code) {
    super(`${code}: ${MESSAGES[code]}`);
    this.code = code;
  }

  get name() {
    return /** @type {const} */ ('MediaError');
  }
}

/** @type {Record<MediaErrorCode, string>} */
const MESSAGES = {
  closed: 'close() was called; make another with mediaOf().',
  invalid_url: 'a media URL stands for an absolute http or https URL of at most 8,192 characters, without a user name.',
  no_answer:
    'the service worker of this page does not serve media: call serveMedia() in it, or let the new worker take over from the old one.',
  no_worker: 'no service worker has this page in its scope: register one that calls serveMedia().',
  not_controlled: 'the service worker does not control this page yet: load it again, or let serveMedia() claim it.',
  unsupported: 'there are no service workers here: they take https or loopback, and a page that is no sandbox.',
};

// ## Who gives the header

/**
 * What a request is to carry; and after it was refused, what else, or nothing if there is nothing
 * else. All that this file wants of a grant: whatever holds a token elsewhere can stand in here.
 *
 * @param {Grant} grant
 * @param {string} url
 */
const asker = (grant, url) => {
  /** @type {string | undefined} */
  let sent;
  /** @param {boolean} isRefused */
  return async (isRefused) => {
    await mayTravel(grant, url);
    if (isRefused) grant.reject(/** @type {string} */ (sent));
    const token = await grant.token();
    if (isRefused && token === sent) return {};
    sent = token;
    return { url, authorization: `Bearer ${token}` };
  };
};

/**
 * Where a token may travel is the grant's to say, and it says so of a `fetch`: this one is over
 * before it begins, and asks nobody for anything.
 *
 * @param {Grant} grant
 * @param {string} url
 */
const mayTravel = async (grant, url) => {
  const over = new AbortController();
  over.abort(NOT_MEANT);
  try {
    await grant.fetch(url, { signal: over.signal });
  } catch (error) {
    if (error !== NOT_MEANT) throw error;
  }
};

const NOT_MEANT = {};

// ## What the URLs stand for

/**
 * @typedef {object} Entry
 * @property {string} url
 * @property {string | undefined} filename
 * @property {((error: unknown, url: string) => void) | undefined} onError
 * @property {() => ReturnType<typeof asker>} ask For each request anew: it has its own token to be refused.
 * @property {() => void} forget
 */

/** Of all grants of the page, by id; the one that was asked for last is the last. @type {Map<string, Entry>} */
const entries = new Map();

/** Of the page: more give way, the one first that was not asked for the longest. */
const MOST_URLS = 10_000;

/**
 * @param {string} id
 * @param {Entry} entry
 */
const used = (id, entry) => {
  entries.delete(id);
  entries.set(id, entry);
  for (const [oldest, { forget }] of entries) {
    if (entries.size <= MOST_URLS) return;
    entries.delete(oldest);
    forget();
  }
};

const LONGEST_URL = 8192;

/**
 * Against the page's address and never its `<base>`, as endpoints are.
 *
 * @param {string | URL} resource
 */
const addressOf = (resource) => {
  try {
    const { href, hash, protocol, username, password } = new URL(resource, location.href);
    const url = href.slice(0, href.length - hash.length);
    if (/^https?:$/.test(protocol) && !username && !password && url.length <= LONGEST_URL) return { url, hash };
  } catch {
    // The same as one that is none of these.
  }
  throw new MediaError('invalid_url');
};

/** 128 random bits. */
const randomName = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

// ## The worker

/** How what the page and the worker say to each other begins. */
const MEDIA = 'media 1';

/** @type {(port: MessagePort, message: object) => void} As it was before anything of the page could be in its place. */
let post;

/** Workers that control this page, or did: what one has begun it ends, though another has taken over. */
const controllers = new WeakSet();

/**
 * Where the worker of this page has its media URLs.
 *
 * @param {number} timeout
 * @returns {Promise<string>}
 */
const readyWithin = (timeout) =>
  new Promise((resolve, reject) => {
    const container = containerOf(globalThis.navigator);
    if (!container) throw new MediaError('unsupported');
    listen(container);
    /** @type {MediaErrorCode} */
    let problem = 'no_worker';

    /** @param {ServiceWorker} worker */
    const greet = (worker) => {
      problem = 'no_answer';
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => {
        port1.close();
        if (container.controller) end(() => resolve(data.prefix));
        // It says that it controls the page by an event, and is greeted again.
        else problem = 'not_controlled';
      };
      worker.postMessage({ downscope: MEDIA, isUncontrolled: !container.controller }, [port2]);
    };

    const changed = () => container.controller && greet(container.controller);

    /** @param {() => void} settle */
    const end = (settle) => {
      clearTimeout(timer);
      container.removeEventListener('controllerchange', changed);
      settle();
    };

    const timer = setTimeout(() => end(() => reject(new MediaError(problem))), timeout);
    container.addEventListener('controllerchange', changed);
    changed();
    container.ready.then(({ active }) => container.controller || greet(/** @type {ServiceWorker} */ (active)));
  });

/** @param {Navigator | undefined} navigator */
const containerOf = (navigator) => {
  try {
    return navigator?.serviceWorker;
  } catch {
    // In a sandboxed frame it throws.
  }
};

/** @param {ServiceWorkerContainer} container */
const listen = (container) => {
  if (post) return;
  post = Function.prototype.call.bind(MessagePort.prototype.postMessage);
  const note = () => container.controller && controllers.add(container.controller);
  note();
  container.addEventListener('controllerchange', note);
  container.addEventListener('message', hear);
  container.startMessages();
};

/** @param {MessageEvent} event */
const hear = (event) => {
  const {
    data,
    isTrusted,
    ports: [port],
    source,
  } = event;
  // A script's own event is none of the worker's.
  if (!isTrusted || !port || data?.downscope !== MEDIA || !controllers.has(/** @type {object} */ (source))) return;
  const { id } = data;
  const entry = entries.get(id);
  // Another copy of this module in the page may know it: it is asked next, and listens to the port.
  if (!entry) return void setTimeout(() => port.onmessage ?? post(port, { isMine: false }));
  // And nobody who listens to the app's own worker has to do with it.
  event.stopImmediatePropagation();
  post(port, { isMine: true });
  used(id, entry);
  const { filename, onError, url } = entry;
  const ask = entry.ask();

  /** @param {boolean} isRefused */
  const answer = async (isRefused) => {
    try {
      // It may be taken back meanwhile: then nothing is asked for, nor said.
      const said = entries.get(id) === entry && (await ask(isRefused));
      post(port, said && entries.get(id) === entry ? { ...said, filename } : { code: 'revoked' });
    } catch (/** @type {any} */ error) {
      post(port, { code: error?.code ?? 'refused', isRetryable: !!error?.retryable });
      onError?.(error, url);
    }
  };

  port.onmessage = ({ data: { isRefused } }) => isRefused && answer(true);
  answer(false);
};
