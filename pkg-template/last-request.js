// @ts-check
// What a page says at its end for a worker that cannot: which tokens are to die. It knows them by
// their handles and by the name that they were asked for by, and both can do nothing else.
import { platform } from './platform.js';

/** Browsers hand over 64 KiB for a page that goes, here for both ways together; what is left out dies by the name. */
const LONGEST = 28_000;

/** @typedef {{ init: RequestInit, beacon: URLSearchParams | undefined }} Written */

export class LastRequest {
  /** @type {string | undefined} */
  #url;
  /** @type {any} */
  #headers;
  #session = '';
  #handles = '';
  /** @type {Written | undefined} Kept ready: when a tab is closed, Firefox cuts off what runs in `pagehide`, at any moment. */
  #ifClosed;
  /** @type {Written | undefined} The same for the back/forward cache. */
  #ifCached;

  /**
   * @param {string} [url]
   * @param {[string, string][]} [headers]
   */
  constructor(url, headers) {
    this.#url = url;
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

  /**
   * Sent twice, for neither way is sure: some content blockers take every beacon, and what is
   * left as the last window closes is the beacon alone.
   *
   * @param {boolean} isCached
   */
  send(isCached) {
    const last = isCached ? this.#ifCached : this.#ifClosed;
    if (!last || !this.#url) return;
    const { beacon, send } = platform();
    send(this.#url, last.init);
    if (last.beacon) beacon(this.#url, last.beacon);
    this.#ifClosed = undefined;
    this.#ifCached = undefined;
  }

  #write() {
    this.#ifClosed = this.#written('unload');
    this.#ifCached = this.#written('bfcache');
  }

  /**
   * @param {string} reason
   * @returns {Written}
   */
  #written(reason) {
    const { encode, Form } = platform();
    // The name goes along: a token may have been minted whose handle is still on its way.
    const text = `session=${encode(this.#session)}&whole_session=1&reason=${reason}${this.#handles}`;
    const body = new Form(text);
    const init = /** @type {any} */ ({
      __proto__: null,
      method: 'POST',
      headers: this.#headers,
      body,
      redirect: 'error',
      keepalive: true,
    });
    // A beacon has no headers.
    return { init, beacon: this.#headers ? undefined : body };
  }
}
