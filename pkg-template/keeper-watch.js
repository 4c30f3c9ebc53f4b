// @ts-check
// What a page has to know of a worker's tokens: their handles, which can end them and do
// nothing else, and the name that they were asked for by.

/** Of a token endpoint whose tokens could not be ended: as a backend that refuses for good. */
const REFUSED = { status: 400, headers: { 'content-type': 'application/json' } };

/**
 * The absolute form of an endpoint's URL, as the client resolves it: the address of some workers
 * is no base for anything.
 *
 * @param {string | URL} endpoint
 */
export const absolute = (endpoint) =>
  new URL(`${endpoint}`, /^http/.test(location.protocol) ? location.href : origin).href;

export class Watch {
  #options;
  #fetch = fetch.bind(globalThis);
  /** @type {string | undefined} */
  #session;
  /** @type {import('./keeper-host.js').Tell | undefined} */
  #tell;
  /** @type {Promise<void>} */
  #isKnown = new Promise(() => {});
  /** @type {() => void} */
  #known = () => {};

  /** @param {import('./keeper.js').KeeperOptions} options */
  constructor(options) {
    this.#options = options;
    // What is wrong with it, the client says.
    const endpoint = options.tokenEndpoint ? absolute(options.tokenEndpoint) : '';
    // This global is the keeper's own, and the client looks it up at each request.
    globalThis.fetch = (url, init) => (url === endpoint ? this.#ask(url, init ?? {}) : this.#fetch(url, init));
  }

  /** What the page's last request is made of. */
  get last() {
    const { revokeEndpoint, revokeHeaders } = this.#options;
    const url = revokeEndpoint && absolute(revokeEndpoint);
    return [url, revokeHeaders && Object.entries(revokeHeaders)];
  }

  /** @param {import('./keeper-host.js').Tell} tell */
  begin(tell) {
    this.#tell = tell;
  }

  /** The page has heard the name. */
  known() {
    this.#known();
  }

  /**
   * @param {string} url
   * @param {RequestInit} init
   */
  async #ask(url, init) {
    const { session } = JSON.parse(`${init.body}`);
    if (session !== this.#session) {
      this.#session = session;
      this.#isKnown = new Promise((resolve) => {
        this.#known = resolve;
      });
      this.#tell?.('session', session);
    }
    // Before anything can be minted: should the page end, it names it.
    await this.#isKnown;
    const response = await this.#fetch(url, init);
    if (!response.ok) return response;
    const answer = await response.clone().json().catch(() => undefined);
    const { access_token, revocation_handle } = Object(answer);
    if (revocation_handle && typeof revocation_handle === 'string') {
      this.#tell?.('handle', revocation_handle);
    } else if (access_token && !this.#options.leaseEndpoint) {
      return this.#refuse(access_token);
    }
    return response;
  }

  /** @param {string} token It could outlive the page, with nobody to end it. */
  async #refuse(token) {
    const { revokeEndpoint, revokeHeaders } = this.#options;
    const body = new URLSearchParams({ token, reason: 'explicit' });
    await this.#fetch(`${revokeEndpoint}`, { method: 'POST', headers: revokeHeaders, body }).catch(() => {});
    console.error('downscope: keeper: a worker needs tokens with a `revocation_handle`, or a `leaseEndpoint`.');
    return new Response('{"error":"invalid_request"}', REFUSED);
  }
}
