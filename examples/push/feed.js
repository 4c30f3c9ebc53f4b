// Stands for a client of the `setToken` kind: a socket of PubNub or Pusher, a report of Power BI.

/** Looks after a resource with the token that it has been given, and knows nothing of where that comes from. */
export class Feed extends EventTarget {
  #resource;
  #timer;
  #token;

  constructor(resource) {
    super();
    this.#resource = resource;
  }

  setToken(token) {
    this.#token = token;
    clearTimeout(this.#timer);
    this.#look();
  }

  disconnect() {
    clearTimeout(this.#timer);
    this.#token = undefined;
    this.dispatchEvent(new CustomEvent('said', { detail: 'disconnected' }));
  }

  async #look() {
    const token = this.#token;
    const headers = { Authorization: `Bearer ${token}` };
    const looking = fetch(this.#resource, { headers, cache: 'no-store' });
    const detail = await looking.then(({ status }) => `${status}`, () => 'no answer');
    if (token !== this.#token) return;
    this.dispatchEvent(new CustomEvent('said', { detail }));
    this.#timer = setTimeout(() => this.#look(), 2000);
  }
}
