// @ts-check
// A grant of a page that gets no token.
import { TokenError } from './errors.js';
import { Handle, self } from './handle.js';
import { platform } from './platform.js';

/** @typedef {import('./remote.js').Connection} Connection */

/** How much of an answer is fetched before anybody reads it. */
const AHEAD = 1_048_576;

export class RemoteGrant extends Handle {
  #client;
  #resource;
  #scopes;
  /** @type {import('./index.js').GrantState} */
  #state = { status: 'empty' };
  /** @type {Connection | undefined} Whose keeper knows of it. */
  #known;

  /**
   * @param {import('./remote.js').RemoteClient} client
   * @param {number} number Its name in messages.
   * @param {string | undefined} resource
   * @param {readonly string[]} scopes
   */
  constructor(client, number, resource, scopes) {
    super();
    this.#client = client;
    this.number = number;
    this.#resource = resource;
    this.#scopes = scopes;
  }

  get resource() {
    return this[self]().#resource;
  }

  get scopes() {
    return this[self]().#scopes;
  }

  /** @returns {import('./index.js').GrantState} */
  get state() {
    const me = this[self]();
    return me.#client.closed ? { status: 'closed' } : me.#state;
  }

  /** @returns {Promise<never>} */
  async token() {
    throw isolated('token');
  }

  /** @returns {never} */
  peek() {
    throw isolated('peek');
  }

  /** @returns {never} */
  reject() {
    throw isolated('reject');
  }

  /** @returns {Promise<import('./index.js').RevokeResult>} */
  async revoke() {
    const me = this[self]();
    await me.#open();
    return me.#client.call('revoke', me.number, false);
  }

  /**
   * @param {RequestInfo | URL} input
   * @param {RequestInit} [init]
   * @returns {Promise<Response>}
   */
  async fetch(input, init) {
    const me = this[self]();
    const { Asked } = platform();
    const request = new Asked(input, init);
    const { method, signal, url } = request;
    signal.throwIfAborted();
    const body = await request.arrayBuffer();
    const { post, wait, forget } = await me.#open();
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const answer = new Answer(resolve, reject, (order) => post([order, call]));
      const call = wait({
        resolve,
        reject: (error) => answer.fail(error),
        hear: (message) => answer.hear(message, () => forget(call)),
      });
      signal.addEventListener('abort', () => {
        if (!signal.aborted || answer.isOver) return;
        forget(call);
        post(['abort', call]);
        answer.fail(signal.reason);
      });
      // A fragment is the page's own.
      const [whole] = url.split('#');
      const sent = body.byteLength ? body : undefined;
      post(['fetch', call, me.number, method, whole, [...request.headers], sent], sent && [sent]);
    });
  }

  /** @param {import('./index.js').GrantState} state */
  told(state) {
    this.#state = Object.freeze(state);
  }

  lost() {
    this.#state = { status: 'empty' };
  }

  async #open() {
    const connection = await this.#client.connected();
    if (this.#known !== connection) {
      this.#known = connection;
      connection.post(['grant', this.number, this.#resource, [...this.#scopes]]);
    }
    return connection;
  }
}

/** An answer on its way. */
class Answer {
  /** Nothing more comes. */
  isOver = false;
  #resolve;
  #reject;
  #ask;
  /** @type {ReadableStreamDefaultController<Uint8Array> | undefined} */
  #stream;
  /** @type {(() => void) | undefined} */
  #pulled;

  /**
   * @param {(response: Response) => void} resolve
   * @param {(error: unknown) => void} reject
   * @param {(order: string) => void} ask
   */
  constructor(resolve, reject, ask) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#ask = ask;
  }

  /**
   * @param {any} message
   * @param {() => void} forget
   */
  hear(message, forget) {
    const type = message[0];
    if (type === 'answer') {
      this.isOver = !message[4];
      if (this.isOver) forget();
      this.#answered(message[2], message[3], message[4], forget);
      return;
    }
    if (type === 'chunk') this.#stream?.enqueue(new Uint8Array(message[2]));
    else {
      this.isOver = true;
      forget();
      if (type === 'end') this.#stream?.close();
      else this.#stream?.error(failure());
    }
    this.#pulled?.();
  }

  /** @param {unknown} error */
  fail(error) {
    this.isOver = true;
    this.#reject(error);
    this.#stream?.error(error);
    this.#pulled?.();
  }

  /**
   * @param {number} status
   * @param {[string, string][]} headers
   * @param {boolean} hasBody
   * @param {() => void} forget
   */
  #answered(status, headers, hasBody, forget) {
    const { Answered, Stream } = platform();
    /** @type {ReadableStream<Uint8Array> | null} */
    let body = null;
    if (hasBody) {
      body = new Stream(
        {
          start: (controller) => {
            this.#stream = controller;
          },
          pull: () =>
            new Promise((resolve) => {
              this.#pulled = resolve;
              this.#ask('pull');
            }),
          cancel: () => {
            this.isOver = true;
            forget();
            this.#ask('abort');
          },
        },
        { highWaterMark: AHEAD, size: (chunk) => chunk?.byteLength ?? 0 },
      );
    }
    // One that the page makes has no address, which may have been a signed link.
    this.#resolve(new Answered(body, { status, headers }));
  }
}

/** As `fetch` rejects, which does not say why either. */
export const failure = () => new TypeError('Failed to fetch');

/** @param {string} method */
const isolated = (method) =>
  new TokenError({
    code: 'isolated',
    message: `${method}() is not to be had: a keeper holds the tokens, and this page gets none. Use fetch(), or a client of downscope for what needs the token itself.`,
  });

