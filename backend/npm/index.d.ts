/**
 * The backend half of downscope, for Node, Deno, Bun and workers at the edge: hands pages
 * downscoped access tokens, and sees to it that each of them ends.
 *
 * Every duration in this file is in **milliseconds**.
 *
 * @packageDocumentation
 */

/** Whoever is signed in, as the app says it. */
export interface Who {
  /** The user, as the app names them: 1 to 256 bytes of text without control characters; never an e-mail address, since it is logged. */
  readonly user: string;
  /** The sign-in, as the app names it (`sid` of OpenID Connect): what a sign-out ends. By default the user: then a sign-out ends all of theirs. */
  readonly signIn?: string;
  /** Whatever `exchange` needs to act for them, as JSON can hold it: a token, or nothing. */
  readonly subject?: unknown;
}

/** What a page asks for, and who they are. */
export interface Wanted {
  readonly user: string;
  readonly signIn: string;
  /** The one resource, as an absolute URI (RFC 8707). */
  readonly resource: string;
  /** The scopes. */
  readonly scopes: readonly string[];
  /** The request of the page. */
  readonly request: Request;
}

/** What a token is to be good for, and on whose authority. */
export interface Exchange {
  readonly user: string;
  readonly signIn: string;
  /** As `authenticate` gave it. */
  readonly subject: unknown;
  readonly resource: string;
  /** The scopes, separated by spaces (RFC 6749 section 3.3). */
  readonly scope: string;
}

/** How the authorization server is called. */
export interface Call {
  /** Aborted when nobody waits any longer: after 10 s. */
  readonly signal: AbortSignal;
}

/** A token fresh from the authorization server (RFC 6749 section 5.1). */
export interface Minted {
  readonly access_token: string;
  /** Its life in seconds. */
  readonly expires_in?: number | string;
  /** The scopes that it has, if they differ from those asked for. */
  readonly scope?: string;
  /** What it is restricted to, in Box's terms. */
  readonly restricted_to?: unknown;
}

/** An HTTP answer, where the app's client has no `Response`. */
export interface Answer {
  readonly status: number;
  /** Seconds, or a date. */
  readonly retryAfter?: number | string;
  /** The answer's own date, by which that one is reckoned. */
  readonly date?: string;
  /** Text, or what JSON was. */
  readonly body: unknown;
}

/** Where everything is that several instances have to agree on. `memory()`, `redis()` and `postgres()` make one. */
export interface Store {
  /** Nothing for an app. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Does work while nobody else at this store does any under the same name. */
  lock<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Ends what the store has opened itself, or gives it up after `patience`. `Backend.close` calls it. */
  close?(options?: { readonly patience?: number }): Promise<void>;
}

/** No store at all: `stateless()` makes it. */
export interface Stateless {
  /** Nothing for an app. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Something that happened. Tokens are named by the first eight digits of their SHA-256. `code` is the authorization
 * server's error code where it refuses this backend (`error` is `misconfigured`) with one of the standards'.
 */
export type BackendEvent =
  | { readonly type: 'minted'; readonly token: string; readonly session: string; readonly id: string; readonly user: string; readonly signIn: string; readonly resource: string; readonly scope: string; readonly expiresIn: number }
  | { readonly type: 'not_minted'; readonly session: string; readonly id: string; readonly user: string; readonly signIn: string; readonly error: string; readonly code: string | null }
  | { readonly type: 'orphaned'; readonly token: string; readonly user: string; readonly signIn: string }
  | { readonly type: 'left_behind'; readonly token: string | null; readonly session: string; readonly id: string; readonly user: string; readonly signIn: string; readonly resource: string }
  | { readonly type: 'revoked'; readonly token: string; readonly session: string | null; readonly user: string | null; readonly signIn: string | null; readonly reason: string | null }
  | { readonly type: 'not_revoked'; readonly token: string; readonly session: string | null; readonly user: string | null; readonly signIn: string | null; readonly error: string; readonly code: string | null; readonly attempts: number }
  | { readonly type: 'paused'; readonly error: string; readonly code: string | null; readonly wait: number }
  | { readonly type: 'unreadable'; readonly record: string }
  | { readonly type: 'lapsed'; readonly sessions: number; readonly due: number }
  | { readonly type: 'recalled'; readonly due: number; readonly user?: string; readonly signIn?: string; readonly session?: string; readonly all?: true }
  | { readonly type: 'store_failed'; readonly operation: string; readonly error: string };

/** Options of {@link createBackend}. An unknown one is refused by name. */
export interface BackendOptions {
  /** Who sends this request; nothing if nobody is signed in. What it throws is answered with 503. */
  authenticate(request: Request): Who | null | undefined | false | PromiseLike<Who | null | undefined | false>;
  /** Whether they may have what they ask for. Only `true` is a yes. */
  authorize(wanted: Wanted): boolean | PromiseLike<boolean>;
  /** Exchanges the user's authority for a token that can do no more than this: the `Response` of the authorization server, or what it says. */
  exchange(wanted: Exchange, call: Call): Minted | Answer | Response | PromiseLike<Minted | Answer | Response>;
  /** Ends a token, also one that `exchange` gave too late: the `Response` of the authorization server, or anything else if the token is dead. What it throws means that it may live, and it is called again. */
  revoke(token: string, call: Call): unknown;
  /** Default: `memory()`, for one instance. With `stateless()` there is no lease and no recall, handles are sealed, and what cannot be ended at once is answered with 503. */
  store?: Store | Stateless;
  /** Keys of 32 bytes in base64url, the newest first, separated by commas. Over memory, one is made at the first request. */
  keys?: string;
  /** Where the app's pages are, as browsers write it: `https://app.example`. Needed where that is not where the backend is, also for a backend of the same site. */
  origins?: string | readonly string[];
  /** Where the endpoints are: three paths that differ, without `{`, `}`, `:` and `*`. Default: `/api/token`, `/api/revoke` and `/api/lease`. */
  paths?: { readonly token?: string; readonly revoke?: string; readonly lease?: string };
  /** Which handles pages are given to revoke with. Default: none, they name the token; with `stateless()`, sealed ones. */
  handles?: 'none' | 'short' | 'sealed';
  /** For how long lease requests are held open (1 to 60 s), and for how long a page may be silent (10 s or more, and 4 s longer than the hold). Default: 55 s and 90 s. Where only `sweep()` looks for pages that are silent, the latter is 122 s longer than the hold at the least, and 180 s by default. */
  lease?: { readonly hold?: number; readonly term?: number };
  /** Whether pages must keep a lease to be given tokens. Default: no. */
  requireLease?: boolean;
  /** How many revocations a second the authorization server takes from all instances. Default: 0, no limit. */
  revocationsPerSecond?: number;
  /** How many token requests are carried out at a time, a quarter of them at most for one user. Default: 1,024. */
  mintsAtOnce?: number;
  /** How many lease requests are held at a time. Default: 10,000. */
  heldAtOnce?: number;
  /** How many tokens a second are looked up that nothing is on record of. Default: 20. */
  unknownPerSecond?: number;
  /** For how long a token is taken to live whose life nobody has told. Default: 24 h. */
  untoldLife?: number;
  /** Serverless, and at the edge: keeps the process awake for a request, and for what goes on behind its answer. It is called as a request begins: whoever asked may go before the answer. Call `sweep()` by a schedule, too: once a minute. */
  waitUntil?(work: Promise<unknown>): void;
  /** Hears what happens: for an audit, a log, a metric. What it throws is logged, and changes nothing. */
  onEvent?(event: BackendEvent): unknown;
  /** Whether what is due is ended behind the requests. Default: yes, unless there is `waitUntil`. */
  background?: boolean;
}

/** Whose tokens are taken back: exactly one of the first four. */
export interface Recall {
  readonly user?: string;
  readonly signIn?: string;
  readonly session?: string;
  readonly all?: true;
  /** What pages with a lease are told to drop: everything (`'all'`, the default), everything and to ask for no more (`'stop'`), or the tokens of these requests of one `session`. */
  readonly revoke?: 'all' | 'stop' | readonly string[];
}

/** A backend. */
export interface Backend {
  /** Where the endpoints are. */
  readonly paths: { readonly token: string; readonly revoke: string; readonly lease: string };
  /** Answers a request to one of the endpoints. */
  handle(request: Request): Promise<Response>;
  /** Whether there is an endpoint at this path. */
  serves(path: string): boolean;
  /** Ends what is due, and the leases that are over. What fails, or is under way at another instance, is tried again until nothing has ended for `patience` (10 s). `due` is what is left of it. */
  sweep(options?: { readonly patience?: number }): Promise<{ due: number }>;
  /** Takes tokens back: at a sign-out, also one of the back channel, or by an operator. `due` is how many. With `waitUntil`, a sweep goes on behind it. */
  recall(recall: Recall): Promise<{ due: number }>;
  /** How many tokens are alive, due and unknown, and how many pages keep a lease. It may count everything. */
  stats(): Promise<{ live: number; due: number; leases: number; unknown: number }>;
  /** Answers what is held, and ends once what is under way has ended, or after `patience` (25 s). Over memory, everything due is ended first. Called again, it gives the same promise. */
  close(options?: { readonly patience?: number }): Promise<void>;
}

/** A backend of these parts. It throws where one is missing or wrong. While its store cannot be reached, requests are answered with 503, and each begins another start. A wrong key, or a wrong number, is thrown by its requests. */
export function createBackend(options: BackendOptions): Backend;

/** A store in this process, for one instance. `isFirst`: nothing was minted before it started. */
export function memory(options?: { readonly isFirst?: boolean }): Store;

/** For workers at the edge: nothing is kept from one request to the next. Each request has a core of its own, so that none waits for what another has begun. */
export function stateless(): Stateless;
