// A network of three paths: /token, /revoke, and /file for the resource.

import { patch, until } from './page.js';

export class Network {
  #sent = [];
  /** What answers the next requests to a path. */
  #once = new Map();
  /** What answers requests to a path otherwise. */
  #always = new Map([
    ['/token', () => this.grantToken()],
    ['/revoke', () => new Response()],
    ['/file', () => new Response('content')],
  ]);
  #minted = 0;

  constructor() {
    patch(globalThis, 'fetch', (input, init) => this.#fetch(input, init));
    patch(globalThis, 'fetchLater', (url, init) => this.#sent.push(new Sent(url, init, 'later')));
    patch(navigator, 'sendBeacon', (url, body) => this.#beacon(url, body));
  }

  /** The next request to a path is answered by `answer(request, network)`. */
  once(path, answer) {
    this.#once.set(path, [...(this.#once.get(path) ?? []), answer]);
  }

  /** Requests to a path are answered by `answer(request, network)`. */
  always(path, answer) {
    this.#always.set(path, answer);
  }

  /** A good answer to a token request; `fields` replace those of its body. */
  grantToken(fields) {
    return Response.json(this.mint(fields));
  }

  /** The body of a good answer. */
  mint(fields) {
    this.#minted += 1;
    const token = `fake-token-${this.#minted}`;
    return { access_token: token, expires_in: 3600, token_type: 'Bearer', ...fields };
  }

  /** How many beacons no other request says the same as, or more. */
  get lonely() {
    const isTwin = ({ twin, text }) => twin && (twin.text === text || /whole_session/.test(text));
    return this.#sent.filter((one) => one.isBeacon && !isTwin(one)).length;
  }

  /** What was sent to a path, in the order of sending; what goes beside a beacon is its `twin`. */
  sent(path) {
    return this.#sent.filter((request) => request.path === path);
  }

  /** Settles once that many requests were sent to a path. */
  untilSent(path, count) {
    return until(() => this.sent(path).length >= count);
  }

  #fetch(input, init) {
    const request = new Sent(input, init);
    // As the browser does it: nothing is sent.
    if (request.isAborted) return Promise.reject(request.signal.reason);
    this.#sent.push(request);
    // Of a page that goes: nobody reads what is answered.
    if (request.isKeepalive && request.path === '/revoke') return Promise.resolve(new Response());
    const answer = this.#once.get(request.path)?.shift() ?? this.#always.get(request.path);
    return answer(request, this);
  }

  #beacon(url, body) {
    const beacon = new Sent(url, { method: 'POST', body, keepalive: true }, 'beacon');
    const last = this.#sent.at(-1);
    // The same request, by other means.
    if (last?.isKeepalive && last.path === beacon.path && !last.isBeacon && !last.isLater) {
      beacon.twin = this.#sent.pop();
    }
    this.#sent.push(beacon);
    return true;
  }
}

/** A request, a beacon, or what the browser sends later. */
export class Sent {
  #init;
  /** What goes beside a beacon, should that be lost. */
  twin;

  constructor(input, init = {}, kind = 'request') {
    const { url, method, headers, signal } = new Request(input, init);
    this.path = new URL(url).pathname;
    this.method = method;
    this.headers = headers;
    this.signal = init.signal ?? signal;
    this.isBeacon = kind === 'beacon';
    this.isLater = kind === 'later';
    this.#init = init;
    /** Settled by `respond`, whether anybody wants it still or not. */
    this.lateAnswer = new Promise((resolve) => (this.respond = resolve));
  }

  get isAborted() {
    return this.signal.aborted;
  }

  /** Settled by `respond`, or as `fetch` does it when its signal fires. */
  get answer() {
    const aborted = new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason));
    });
    return Promise.race([this.lateAnswer, aborted]);
  }

  onAbort(callback) {
    this.signal.addEventListener('abort', () => callback());
  }

  get isKeepalive() {
    return this.#init.keepalive === true;
  }

  get text() {
    return `${this.#init.body}`;
  }

  /** A body that needs no preflight. */
  get isForm() {
    return this.#init.body instanceof URLSearchParams;
  }

  header(name) {
    return this.headers.get(name) ?? undefined;
  }

  /** A setting of the request, such as `redirect`. */
  setting(name) {
    return this.#init[name];
  }

  /** Every value of a field of the body, be it a form or JSON. */
  values(name) {
    const { body } = this.#init;
    if (this.isForm) return body.getAll(name);
    const value = JSON.parse(body)[name];
    return value === undefined ? [] : [value];
  }

  /** The first value of a field of the body. */
  value(name) {
    return this.values(name)[0];
  }
}
