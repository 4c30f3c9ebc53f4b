// @ts-check
// What a page says at its end for a worker that cannot: which tokens are to die. It knows them by
// their handles and by the name that they were asked for by, and both can do nothing else.
import { platform } from './platform.js';

/** Browsers hand over 64 KiB for a page that goes, here for both ways together; what is left out dies by the name. */
const LONGEST = 28_000;

/**
 * What is handed to the calls.
 *
 * @typedef {{ url: string, init: RequestInit, body: URLSearchParams | undefined, short: URLSearchParams }} Written
 */

export class LastRequest {
  /** @type {string | undefined} */
  #url;
  /** @type {any} */
  #headers;
  #session = '';
  #handles = '';
  /**
   * Kept ready, as all that is used at the end, for a tab that is closed and for the back/forward
   * cache. The listener's own: where private fields are compiled away, a function reads them.
   *
   * @type {{ ifClosed: Written | undefined, ifCached: Written | undefined }}
   */
  #ready;

  /** @param {() => void} gone Called as the page goes, once the request is out. */
  constructor(gone) {
    const { apply, beacon, fetch, listen, page, root, then, watch } = platform();
    const ready = /** @type {any} */ ({ __proto__: null, ifClosed: undefined, ifCached: undefined });
    this.#ready = ready;
    /**
     * As a tab is closed, Firefox cuts off what runs here wherever it looks: as a function of the
     * page's returns, in `Reflect.apply` and `Object.defineProperty`, as a loop goes round. So
     * until all is out, getters and plain calls of the two that send, and nothing else.
     *
     * @param {any} event
     */
    const listener = (event) => {
      if (!event.isTrusted) return;
      let sent;
      let isTaken = true;
      let isCached = false;
      try {
        isCached = event.persisted;
      } catch {
        // A library's own; it would only have said for which reason.
      }
      const written = isCached ? ready.ifCached : ready.ifClosed;
      if (written) {
        const { url, init, body, short } = written;
        // Sent twice, for neither way is sure: some content blockers take every beacon, and what
        // is left as the last window closes is the beacon alone.
        try {
          sent = fetch(url, init);
        } catch {
          // A wrapper that throws; there is the other way.
        }
        try {
          if (body) isTaken = beacon(url, body);
          // Other code of the page has used up what browsers take of one that goes.
          if (isTaken === false) beacon(url, short);
        } catch {
          // The same.
        }
        this.forget();
        try {
          // Nobody is left who could act on it.
          apply(then, sent, [undefined, () => {}]);
        } catch {
          // What a wrapper gave is no promise.
        }
      }
      gone();
    };
    // Of those of a window, the first of all.
    const listenToPage = () => listen(page, 'pagehide', listener, true);
    listenToPage();
    // `document.open()` takes every listener away. Added twice they are there once.
    if (root) watch(listenToPage, root);
  }

  /**
   * Where it goes, if anywhere.
   *
   * @param {string} [url]
   * @param {[string, string][]} [headers]
   */
  to(url, headers) {
    this.#url = url;
    this.#headers = undefined;
    if (!headers) return;
    // Without a prototype, here as below: what has been put there must not change the request.
    this.#headers = { __proto__: null };
    for (let at = 0; at < headers.length; at += 1) this.#headers[headers[at][0]] = headers[at][1];
  }

  /** @param {string} session */
  begin(session) {
    this.#session = session;
    this.#handles = '';
    this.#write();
  }

  /** @param {string} handle As text from the start: nothing that is called later sees it. */
  add(handle) {
    const named = `&handle=${platform().encode(handle)}`;
    if (this.#handles.length + named.length > LONGEST) return;
    this.#handles += named;
    this.#write();
  }

  /** Nothing is left to say, and what is still on its way from a keeper that has ended says nothing. */
  forget() {
    this.#url = undefined;
    this.#session = '';
    this.#handles = '';
    this.#ready.ifClosed = undefined;
    this.#ready.ifCached = undefined;
  }

  #write() {
    if (!this.#url) return;
    this.#ready.ifClosed = this.#written(this.#url, 'unload');
    this.#ready.ifCached = this.#written(this.#url, 'bfcache');
  }

  /**
   * @param {string} url
   * @param {string} reason
   * @returns {Written}
   */
  #written(url, reason) {
    const { encode, Form } = platform();
    // The name goes along: a token may have been minted whose handle is still on its way.
    const short = `session=${encode(this.#session)}&whole_session=1&reason=${reason}`;
    const body = new Form(short + this.#handles);
    const init = /** @type {any} */ ({
      __proto__: null,
      method: 'POST',
      headers: this.#headers,
      body,
      redirect: 'error',
      keepalive: true,
    });
    // A beacon has no headers.
    return { url, init, body: this.#headers ? undefined : body, short: new Form(short) };
  }
}
