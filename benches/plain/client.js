// What downscope does on its main path, in plain JavaScript: the yardstick of the
// measurements. As fast and as small as its author could make it; what it leaves
// out (events, `state`, leases, `deferred`, `hidden`, other tabs, checks of
// options, bounds on answers, time slept through) only makes it lighter.

const FLOOR = 1_250;
const LONGEST_STEP = 60_000;
const LONGEST_RETRY_AFTER = 3_600_000;
const LONGEST_TIMER = 300_000;
const WORTH_KEEPING_WARM = 30_000;
const MOST_SUPERSEDED = 4;
const UNLOAD_QUOTA = 60_000;
const REVOKE_ATTEMPTS = 4;

const TRANSIENT = ['server_error', 'slow_down', 'temporarily_unavailable'];
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|.+\.localhost)$/;
const TOKEN = /^[!#-+\-.-[\]-~]{1,16384}$/;

export class TokenError extends Error {
  name = 'TokenError';

  constructor(code, { retryable = false, ...more } = {}) {
    super(code);
    Object.assign(this, { code, retryable }, more);
  }
}

/** A client with the options of downscope's `createTokenClient`, as far as they are of the main path. */
export const createClient = (options) => new Client(options);

/** How old something is, by the clock that says more: one may stand still, the other be set back. */
const age = (thing) => Math.max(performance.now() - thing.monotonic, Date.now() - thing.wall);

const stamped = (thing) => Object.assign(thing, { monotonic: performance.now(), wall: Date.now() });

/** What a page holds for one resource and one set of scopes. */
class Grant {
  #client;
  #key;
  #held;
  #superseded = [];
  #flight;
  #waiters = new Set();
  #failures = 0;
  #error;
  #rest;
  #used = false;
  lastUsed = 0;

  constructor(client, key, resource, scopes) {
    this.#client = client;
    this.#key = key;
    this.resource = resource;
    this.scopes = Object.freeze(scopes);
  }

  peek() {
    this.#touch();
    const held = this.#held;
    return held !== undefined && age(held) < held.usable ? held.token : undefined;
  }

  token(options) {
    if (options === undefined) {
      this.#touch();
      const held = this.#held;
      if (held !== undefined && age(held) < held.settled) return Promise.resolve(held.token);
    }
    return new Promise((resolve, reject) => this.#acquire(options, resolve, reject));
  }

  async fetch(input, init) {
    const request = new Request(input, init);
    if (!this.#mayReceive(new URL(request.url))) throw new TokenError('origin_not_allowed');
    const replay = init?.body?.getReader ? undefined : request.clone();
    const send = async (request) => {
      const token = await this.token({ signal: request.signal }).catch((error) => {
        throw error.code === 'aborted' ? request.signal.reason : error;
      });
      request.headers.set('authorization', `Bearer ${token}`);
      return [await fetch(request), token];
    };
    const [response, token] = await send(request);
    const challenge = response.headers.get('www-authenticate') ?? '';
    if (response.status !== 401 || /insufficient_scope/.test(challenge)) return response;
    this.reject(token);
    if (!replay) return response;
    response.body?.cancel().catch(() => {});
    return (await send(replay))[0];
  }

  reject(token) {
    // Only that one: a late 401 may be about an older token.
    if (this.#held?.token === token) this.#supersede();
  }

  revoke() {
    return this.#client.revoke([this], 'explicit');
  }

  resume() {
    this.#forgetFailures();
    if (this.#waiters.size) this.#request();
  }

  /** Takes whatever is to be revoked; nothing of it is held afterwards. */
  take(ending, error) {
    for (const { token, handle } of [...this.#superseded, ...(this.#held ? [this.#held] : [])]) {
      ending.tokens.push(handle ? ['handle', handle] : ['token', token]);
    }
    if (this.#flight) ending.pending.push(this.#flight.id);
    this.#flight?.controller.abort();
    clearTimeout(this.#flight?.timer);
    this.#superseded = [];
    this.#held = this.#flight = undefined;
    if (error) for (const waiter of this.#waiters) this.#leave(waiter).reject(error);
  }

  /** The page is back: who waited, and what was in use, is asked for again. */
  shown() {
    this.resume();
    if (this.#used) this.#request();
    this.#used &&= !this.#flight;
  }

  online() {
    if (/network|timeout/.test(this.#error?.code)) this.#rest = undefined;
  }

  /** Does what is due; gives how long until there is more. */
  tick(visible) {
    let wait = Infinity;
    if (this.#held && age(this.#held) >= this.#held.usable) this.#supersede();
    this.#superseded = this.#superseded.filter((one) => age(one) < one.life);
    const held = this.#held;
    const warm = held && (this.#used || (visible && held.life >= WORTH_KEEPING_WARM));
    if (this.#waiters.size || (warm && age(held) >= held.settled)) {
      this.#request();
      if (this.#rest && !this.#flight) wait = this.#rest.wait - age(this.#rest);
    }
    if (held) wait = Math.min(wait, (age(held) < held.settled ? held.settled : held.usable) - age(held));
    for (const one of this.#superseded) wait = Math.min(wait, one.life - age(one));
    return wait;
  }

  #touch() {
    this.lastUsed = ++this.#client.uses;
    this.#used = true;
  }

  #acquire({ signal, timeout = this.#client.timeout, minTtl = 0, forceRefresh } = {}, resolve, reject) {
    const abort = () => reject(new TokenError('aborted', { cause: signal.reason }));
    if (signal?.aborted) return abort();
    if (this.#client.closed) return reject(new TokenError('closed'));
    const grant = this.#client.open(this.#key, this);
    // Another handle for the same, made after this one had to give way.
    if (grant !== this) return grant.#acquire({ signal, timeout, minTtl, forceRefresh }, resolve, reject);
    this.#touch();
    const held = this.#held;
    const old = held ? age(held) : 0;
    if (!forceRefresh && held && old < held.usable && held.life - old >= Math.min(minTtl, held.life / 2)) {
      resolve(held.token);
      if (old >= held.settled) this.#request();
      return;
    }
    const refusal = this.#refusal(timeout);
    if (refusal) return reject(refusal);
    const waiter = stamped({ resolve, reject, timeout });
    const late = () => this.#leave(waiter).reject(this.#error ?? new TokenError('timeout', { retryable: true }));
    waiter.timer = setTimeout(late, timeout);
    waiter.stop = () => signal?.removeEventListener('abort', onAbort);
    const onAbort = () => {
      this.#leave(waiter);
      abort();
    };
    signal?.addEventListener('abort', onAbort);
    this.#waiters.add(waiter);
    this.#request();
    if (this.#rest && !this.#flight) this.#client.wake(this.#rest.wait - age(this.#rest));
  }

  #leave(waiter) {
    clearTimeout(waiter.timer);
    waiter.stop();
    this.#waiters.delete(waiter);
    return waiter;
  }

  /** Why somebody who is ready to wait that long is not let wait. */
  #refusal(patience) {
    if (!this.#error?.retryable) return this.#error;
    const rest = this.#rest && this.#rest.wait - age(this.#rest);
    if (this.#flight || !(rest > 0)) return undefined;
    const told = this.#failures > 1 || rest >= patience;
    return told ? new TokenError(this.#error.code, { ...this.#error, retryAfter: rest }) : undefined;
  }

  async #request() {
    const client = this.#client;
    const resting = this.#rest && age(this.#rest) < this.#rest.wait;
    const refused = this.#error && !this.#error.retryable;
    if (this.#flight || client.away || client.closed || refused || resting) return;
    const flight = stamped({ id: `${++client.requests}`, controller: new AbortController() });
    this.#flight = flight;
    const tooLate = () => {
      flight.controller.abort();
      this.#failed(new TokenError('timeout', { retryable: true }));
    };
    flight.timer = setTimeout(tooLate, client.options.requestTimeout ?? 15_000);
    let held;
    let error;
    try {
      held = this.#read(await client.ask(this, flight), flight);
      if (age(held) >= held.usable) throw new TokenError('invalid_response', { retryable: true });
    } catch (thrown) {
      error = thrown instanceof TokenError ? thrown : new TokenError('network', { retryable: true });
    }
    clearTimeout(flight.timer);
    if (this.#flight !== flight) {
      // Revoked or given up meanwhile: what has come all the same is not wanted.
      if (held) client.end({ tokens: [['token', held.token]], pending: [] }, 'explicit');
      return;
    }
    if (error) return this.#failed(error);
    this.#flight = undefined;
    this.#forgetFailures();
    if (this.#held) this.#supersede();
    this.#held = held;
    this.#used = this.#waiters.size > 0;
    for (const waiter of this.#waiters) this.#leave(waiter).resolve(held.token);
    client.wake(held.settled - age(held));
  }

  #read({ access_token: token, token_type: type, expires_in: seconds = 300, revocation_handle: handle }, flight) {
    const given = Math.min(seconds, 315_360_000) * 1_000;
    if (typeof token !== 'string' || !TOKEN.test(token) || (type ?? 'bearer').toLowerCase() !== 'bearer' || !(given > 0)) {
      throw new TokenError('invalid_response', { retryable: true });
    }
    const { refreshLead = 600_000, expiryMargin = 300_000, maxAge = Infinity } = this.#client.options;
    const life = Math.min(given, maxAge);
    const lead = Math.min(Math.max(refreshLead, expiryMargin), life / 3);
    // Pages that were opened together part, and none comes too late.
    const settled = (life - lead) * (1 - (Math.random() * 2) / 3);
    const usable = life - Math.min(expiryMargin, life / 6);
    const { monotonic, wall } = flight;
    return { token, handle, life, settled, usable, monotonic, wall };
  }

  #forgetFailures() {
    this.#failures = 0;
    this.#error = this.#rest = undefined;
  }

  #failed(error) {
    this.#flight = undefined;
    this.#failures += 1;
    this.#error = error;
    if (error.retryable) {
      const step = Math.min(1_000 * 2 ** Math.min(this.#failures - 1, 16), LONGEST_STEP);
      const asked = Math.min(error.retryAfter ?? 0, LONGEST_RETRY_AFTER);
      const wait = Math.max(FLOOR + Math.random() * step, asked);
      error.retryAfter = wait;
      this.#rest = stamped({ wait });
      this.#client.wake(wait);
    }
    for (const waiter of this.#waiters) {
      const refusal = this.#refusal(waiter.timeout - age(waiter));
      if (refusal) this.#leave(waiter).reject(refusal);
    }
  }

  /** Kept, to be revoked with the rest: somebody may still hold it. */
  #supersede() {
    this.#superseded.push(this.#held);
    this.#held = undefined;
    if (this.#superseded.length > MOST_SUPERSEDED) {
      const { token } = this.#superseded.shift();
      this.#client.end({ tokens: [['token', token]], pending: [] }, 'evicted');
    }
  }

  #mayReceive({ protocol, hostname, origin }) {
    const allowed = this.#client.options.allowedOrigins ?? [this.resource && new URL(this.resource).origin];
    return (protocol === 'https:' || LOOPBACK.test(hostname)) && allowed.includes(origin);
  }
}

class Client {
  #grants = new Map();
  #session = crypto.randomUUID();
  #unconfirmed = new Set();
  #stop = new AbortController();
  #timer;
  #due = Infinity;
  uses = 0;
  requests = 0;
  away = false;
  closed = false;

  constructor(options) {
    this.options = options;
    this.timeout = options.timeout ?? 30_000;
    const { signal } = this.#stop;
    addEventListener('pagehide', ({ persisted }) => this.#leave(persisted), { capture: true, signal });
    addEventListener('pageshow', () => this.#shown(), { signal });
    addEventListener('online', () => this.#online(), { signal });
    document.addEventListener('visibilitychange', () => document.hidden || this.#tick(), { signal });
  }

  grant({ resource, scopes }) {
    const sorted = [...new Set(scopes)].sort();
    const name = resource?.toString();
    const key = JSON.stringify([name, sorted]);
    return this.#grants.get(key) ?? this.open(key, new Grant(this, key, name, sorted));
  }

  /** Makes room for a grant, should it have had to give way. */
  open(key, grant) {
    const known = this.#grants.get(key);
    if (known) return known;
    if (this.#grants.size >= (this.options.maxGrants ?? 1_024)) {
      const all = [...this.#grants];
      const [name, oldest] = all.reduce((one, other) => (other[1].lastUsed < one[1].lastUsed ? other : one));
      this.#grants.delete(name);
      this.revoke([oldest], 'evicted');
    }
    this.#grants.set(key, grant);
    grant.lastUsed = ++this.uses;
    return grant;
  }

  revokeAll() {
    return this.revoke([...this.#grants.values()], 'logout');
  }

  resume() {
    for (const grant of this.#grants.values()) grant.resume();
  }

  close() {
    if (!this.closed) {
      this.closed = true;
      clearTimeout(this.#timer);
      this.closing = this.revoke([...this.#grants.values()], 'explicit', new TokenError('closed'));
      this.#grants.clear();
      this.closing.then(() => this.#stop.abort());
    }
    return this.closing;
  }

  revoke(grants, reason, error = new TokenError('revoked')) {
    const ending = { tokens: [], pending: [] };
    for (const grant of grants) grant.take(ending, error);
    return this.end(ending, reason);
  }

  /** Asks the backend to revoke, and again while that makes sense. */
  async end(ending, reason) {
    const { tokens, pending } = ending;
    const result = (confirmed) => ({ tokens: tokens.length, confirmed });
    if (!tokens.length && !pending.length) return result(true);
    if (!this.options.revokeEndpoint) return result(false);
    if (this.away) {
      this.#handOver(ending, reason);
      return result(false);
    }
    this.#unconfirmed.add(ending);
    let confirmed = false;
    for (let attempt = 1; attempt <= REVOKE_ATTEMPTS && this.#unconfirmed.has(ending); attempt += 1) {
      const signal = AbortSignal.timeout(this.options.requestTimeout ?? 15_000);
      const body = this.#form(ending, reason);
      const sent = fetch(this.options.revokeEndpoint, { method: 'POST', body, redirect: 'error', signal });
      const { ok, status } = await sent.catch(() => ({ status: 0 }));
      confirmed = ok;
      if (ok || (status >= 400 && status < 500 && status !== 429)) break;
      if (attempt < REVOKE_ATTEMPTS) await new Promise((next) => setTimeout(next, FLOOR * 2 ** attempt));
    }
    this.#unconfirmed.delete(ending);
    return result(!!confirmed);
  }

  /** What the endpoint, or the app's own function, answers; throws why there is none. */
  async ask({ resource, scopes }, { id, controller: { signal } }) {
    const { tokenEndpoint, getToken, headers, credentials = 'same-origin' } = this.options;
    const request = { ...(resource && { resource }), scope: scopes.join(' '), session: this.#session, id };
    const post = async () => {
      const given = typeof headers === 'function' ? await headers() : headers;
      return fetch(tokenEndpoint, {
        method: 'POST',
        headers: { ...given, accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify(request),
        cache: 'no-store',
        credentials,
        redirect: 'error',
        signal,
      });
    };
    const response = await (getToken ? getToken(request, { signal }) : post());
    if (!(response instanceof Response)) return Object(response);
    const body = await response.json().catch(() => ({}));
    if (!response.ok) throw errorOf(response, body);
    return Object(body);
  }

  /** Looks at the clock again after that long, or sooner. */
  wake(wait) {
    const due = performance.now() + Math.min(Math.max(wait, 0), LONGEST_TIMER);
    if (due >= this.#due || this.closed) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#tick(), due - performance.now() + 1);
  }

  #tick() {
    this.#due = Infinity;
    if (this.away) return;
    let wait = Infinity;
    for (const grant of this.#grants.values()) wait = Math.min(wait, grant.tick(!document.hidden));
    if (wait < Infinity) this.wake(wait);
  }

  #online() {
    for (const grant of this.#grants.values()) grant.online();
    this.#tick();
  }

  #shown() {
    if (!this.away) return;
    this.away = false;
    for (const grant of this.#grants.values()) grant.shown();
  }

  #leave(persisted) {
    const ending = { tokens: [], pending: [] };
    for (const { tokens, pending } of this.#unconfirmed) {
      ending.tokens.push(...tokens);
      ending.pending.push(...pending);
    }
    this.#unconfirmed.clear();
    for (const grant of this.#grants.values()) grant.take(ending);
    this.away = true;
    if (ending.tokens.length || ending.pending.length) this.#handOver(ending, persisted ? 'bfcache' : 'unload');
    this.#session = crypto.randomUUID();
  }

  #handOver(ending, reason) {
    const { revokeEndpoint: url } = this.options;
    if (!url) return;
    let body = this.#form(ending, reason);
    if (`${body}`.length > UNLOAD_QUOTA) {
      body = new URLSearchParams({ session: this.#session, whole_session: '1', reason });
    }
    if (navigator.sendBeacon(url, body)) return;
    fetch(url, { method: 'POST', body, redirect: 'error', keepalive: true }).catch(() => {});
  }

  #form({ tokens, pending }, reason) {
    const named = pending.map((id) => ['pending', id]);
    return new URLSearchParams([...tokens, ['session', this.#session], ...named, ['reason', reason]]);
  }
}

function errorOf({ status, headers }, body) {
  const after = headers.get('retry-after') ?? '';
  const wait = /^\d+$/.test(after) ? after * 1_000 : Date.parse(after) - Date.now();
  const more = { status, ...(wait >= 0 && { retryAfter: wait }) };
  if (status === 401) return new TokenError('login_required', more);
  if (status === 403) return new TokenError('access_denied', more);
  const retryable = status >= 500 || [408, 425, 429].includes(status) || TRANSIENT.includes(body?.error);
  return new TokenError(retryable ? 'unavailable' : 'request_refused', { ...more, retryable });
}
