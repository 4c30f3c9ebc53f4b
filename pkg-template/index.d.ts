/**
 * Downscoped access tokens in the browser: fetched from the app's own backend,
 * held in memory only, refreshed ahead of expiry, revoked when the page goes away.
 *
 * Every duration in this file is in **milliseconds** and every point in time is
 * on the scale of `Date.now()`. Only what the backend answers (`expires_in`) is
 * in seconds, as RFC 6749 has it.
 *
 * @packageDocumentation
 */

/** What the SDK asks the backend for; the body of the token request. */
export interface TokenRequest {
  /** The one resource the token is for, as an absolute URI (RFC 8707). Absent if the grant names none. */
  readonly resource?: string;
  /** The scopes, sorted and separated by spaces (RFC 6749 section 3.3). */
  readonly scope: string;
  /** Random name of this page life; a new one after each `pagehide`. */
  readonly session: string;
  /** Name of this request, unique within `session`. */
  readonly id: string;
  /** Present where the client has a `leaseEndpoint`: the page keeps a lease for `session`. */
  readonly lease?: true;
}

/** What the backend answers (RFC 6749 section 5.1, RFC 8693 section 2.2.1). */
export interface TokenResponse {
  /** The token: 1 to 16,384 visible ASCII characters (RFC 6749 appendix A.12), but no quote, comma or backslash. */
  readonly access_token: string;
  /** Life in seconds. A number, or a string holding one; absent means 300. */
  readonly expires_in?: number | string;
  /** `"Bearer"` in any letter case, or absent. Anything else is refused. */
  readonly token_type?: string;
  /** The scopes granted, if they differ from those asked for. */
  readonly scope?: string;
  /** A name that can revoke this token and do nothing else, of up to 16,384 characters; revokes then send it in place of the token. */
  readonly revocation_handle?: string;
  readonly [other: string]: unknown;
}

/** Gets a token in a way of the app's own, in place of `tokenEndpoint`. */
export type GetToken = (
  request: TokenRequest,
  context: {
    /** Aborted when the answer is no longer wanted. */
    readonly signal: AbortSignal;
  },
) => TokenResponse | Response | PromiseLike<TokenResponse | Response>;

/** Options of {@link createTokenClient}. An unknown or ill-typed one is refused by name. */
export interface TokenClientOptions {
  /** URL of the app's token endpoint. Give either this or `getToken`. Plain `http:` is refused except on loopback. */
  tokenEndpoint?: string | URL;
  /** A function in place of `tokenEndpoint`. What it throws counts as a failure: with a `status`, as that answer of an endpoint, and `retryAfter` in milliseconds counts; without one, `retryable: false` is final and all else is `network`, with what was thrown as its `cause`. A `Response` that is thrown, or that an error has as its `response` (axios, ky), counts as that answer. */
  getToken?: GetToken;
  /** URL of the app's revoke endpoint. Without one, revoking only drops the tokens here. */
  revokeEndpoint?: string | URL;
  /**
   * URL of the app's lease endpoint. The page then tells the backend about once a
   * minute that it lives; of a page that is not heard of for the term that the
   * backend names, it revokes every token, however that page ended. By its answers
   * the backend can also take tokens back; what was lost on its way is said again
   * until the page has heard it. Default: none.
   */
  leaseEndpoint?: string | URL;
  /** Headers of the token and lease requests, for example a static CSRF header; or a function that gives them, called for each request. */
  headers?: Record<string, string> | (() => Record<string, string> | PromiseLike<Record<string, string>>);
  /** Headers of the revoke request. Needing any costs the beacon: the revoke at unload is then a `keepalive` fetch, with a preflight where the endpoint is on another origin. Default: none. */
  revokeHeaders?: Record<string, string>;
  /**
   * When a page that is left revokes its tokens. `"pagehide"`: when it goes, and
   * never merely because it is hidden. `"hidden"`: also when it can no longer be
   * seen, for phones and kiosks, where a hidden page may end without another event;
   * while hidden it holds no token, and who asks for one waits until it is seen, or
   * for `timeout`.
   * Default `"pagehide"`.
   */
  revokeOn?: 'pagehide' | 'hidden';
  /**
   * Have the browser hold the last revoke ready (`fetchLater`), in place of sending it as the page goes:
   * it then goes out even if the page's process crashes. Where the browser has no
   * `fetchLater` (Firefox, Safari), or refuses, it is sent as ever. Default false.
   */
  deferred?: boolean;
  /** Name of the app for `revokeAll({ everyTab: true })`: clients of one origin with the same name hear each other. Default: the token endpoint's URL; with `getToken` an empty name, which all such clients of the origin share. */
  app?: string;
  /** Credentials mode of the token and lease requests. Default `"same-origin"`. */
  credentials?: RequestCredentials;
  /** How long before expiry a refresh starts at the latest: at random, in the last two thirds of the time up to then. At most a third of the token's life; at least `expiryMargin`. Default 600,000 (10 min). */
  refreshLead?: number;
  /** How long before expiry a token counts as expired. At most a sixth of the token's life. Default 300,000 (5 min). */
  expiryMargin?: number;
  /** Use and keep a token for no longer than this, whatever the backend grants. Default: what the backend grants. */
  maxAge?: number;
  /** How long a caller waits for a token. Default 30,000. */
  timeout?: number;
  /** How long one request to the token or the revoke endpoint may take. Default 15,000. */
  requestTimeout?: number;
  /** How many grants are held side by side; the least recently used one gives way, and its token is revoked. Default 1,024. */
  maxGrants?: number;
  /** Origins that {@link Grant.fetch} may send the token to. Default: the origin of the grant's resource. */
  allowedOrigins?: readonly string[];
}

/** What a token is for. */
export interface GrantOptions {
  /** Absolute URI without a fragment (RFC 8707 section 2). */
  resource?: string | URL;
  /** Scopes, in any order; at least one. */
  scopes: readonly string[];
}

/** Options of {@link Grant.token}. */
export interface TokenOptions {
  /** Gives up waiting. Never cancels what other callers wait for. */
  signal?: AbortSignal;
  /** How long to wait. Default: the client's `timeout`. */
  timeout?: number;
  /** At least this much life left; capped at half of the token's life. Default 0. */
  minTtl?: number;
  /** Get a new token though the held one is valid. Joins a request already under way; waits out a back-off. Default false. */
  forceRefresh?: boolean;
}

/**
 * - `empty`: no token, none asked for
 * - `fetching`: no valid token, a request is under way
 * - `valid`: a valid token
 * - `refreshing`: a valid token, and a request for the next one is under way
 * - `waiting`: no valid token; the last request failed and the next one waits out its back-off
 * - `stopped`: the backend refused for good, or told the page to stop (see `error`); call `resume()` when asking makes sense again
 * - `closed`: the client is closed
 */
export type GrantStatus = 'empty' | 'fetching' | 'valid' | 'refreshing' | 'waiting' | 'stopped' | 'closed';

/** State of a grant for a user interface. Never holds a token. */
export interface GrantState {
  readonly status: GrantStatus;
  /** When the request for the held token was sent. */
  readonly issuedAt?: number;
  /** When its refresh is due. */
  readonly refreshAt?: number;
  /** When it expires (`maxAge` included; the margin not yet subtracted). */
  readonly expiresAt?: number;
  /** Scopes that the backend says it granted, where it said so. */
  readonly scopes?: readonly string[];
  /** Code of the last failure since the last success. */
  readonly error?: TokenErrorCode;
}

/** Why a token was revoked; sent to the backend as `reason`. */
export type RevokeReason =
  | 'unload'
  | 'bfcache'
  | 'explicit'
  | 'logout'
  | 'evicted'
  | 'expired'
  | 'hidden'
  | 'lapsed'
  | 'recalled';

/** Options of {@link TokenClient.revokeAll}. */
export interface RevokeOptions {
  /** In the app's other tabs too, and in its other clients (see option `app`). What becomes of them is not waited for. Default false. */
  everyTab?: boolean;
}

/** What became of a revoke. */
export interface RevokeResult {
  /** How many tokens were dropped here. */
  readonly tokens: number;
  /** Whether the backend said that nothing is left alive of what was to be revoked, by this call or an earlier one. False without a `revokeEndpoint`, and of a client that was closed before. True if there was nothing to revoke. */
  readonly confirmed: boolean;
}

/** Details of the events, by type. No event holds a token. */
export interface TokenEventDetails {
  /** A token arrived: the first one, or the next. */
  refreshed: { readonly resource?: string; readonly expiresAt: number };
  /** The held token has passed its refresh point. */
  expiring: { readonly resource?: string; readonly expiresAt: number };
  /** The held token counts as expired and no other has arrived. */
  expired: { readonly resource?: string };
  /**
   * The grant's tokens were dropped and, given a `revokeEndpoint`, are being revoked. With `explicit` and `logout` also
   * where somebody has asked and there is no token just now.
   */
  revoked: { readonly resource?: string; readonly reason: RevokeReason };
  /** A request for a token failed, also behind a token that is still valid. On the client and without `resource`: the lease endpoint refused, and there is no lease. */
  error: { readonly resource?: string; readonly error: TokenError };
}

/** Event of a {@link Grant}, also dispatched on its {@link TokenClient}. */
export class TokenEvent<T extends keyof TokenEventDetails = keyof TokenEventDetails> extends Event {
  private constructor();
  readonly type: T;
  readonly detail: TokenEventDetails[T];
}

type TokenListener<T extends keyof TokenEventDetails> =
  | ((event: TokenEvent<T>) => void)
  | { handleEvent(event: TokenEvent<T>): void };

interface TokenEventTarget {
  addEventListener<T extends keyof TokenEventDetails>(
    type: T,
    listener: TokenListener<T> | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<T extends keyof TokenEventDetails>(
    type: T,
    listener: TokenListener<T> | null,
    options?: boolean | EventListenerOptions,
  ): void;
  dispatchEvent(event: Event): boolean;
}

/**
 * A resource and a set of scopes, and the token for them. A light handle: the same one for the same resource and scopes.
 * Works through a `Proxy` too, as libraries for state make them; it changes without their noticing: listen to its events.
 */
export interface Grant extends TokenEventTarget {
  /** As given. */
  readonly resource: string | undefined;
  /** As given, sorted and without repeats. */
  readonly scopes: readonly string[];
  /** A token fresh enough to use now. At once if one is held; otherwise after one request that all callers share. */
  token(options?: TokenOptions): Promise<string>;
  /** The held token if it is fresh enough to use now, without waiting or asking the backend. */
  peek(): string | undefined;
  /**
   * `fetch` with the token as `Authorization: Bearer` (RFC 6750 section 2.1).
   * A 401, unless its `WWW-Authenticate` says `insufficient_scope`, drops that
   * token, gets another and replays the request once, if its body can be sent
   * twice; the answer to the replay is final. So is one to a token that the app has
   * revoked meanwhile, by a sign-out for example.
   * Rejects with code `origin_not_allowed`, before any request, outside of `allowedOrigins`.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** Says that the resource refused this token, for code that sends tokens itself. Ignored if a newer one is held already. */
  reject(token: string): void;
  /** Drops the grant's tokens and asks the backend to revoke them. The grant can be used again. */
  revoke(): Promise<RevokeResult>;
  readonly state: GrantState;
}

/** What `await using` asks for, where the app's `lib` has it; `AsyncDisposable` is not known before TypeScript 5.2. */
type DisposableIfKnown = SymbolConstructor extends { readonly asyncDispose: infer Key extends symbol }
  ? { [key in Key]: () => PromiseLike<void> }
  : {};

/** Holds the grants of an app. Works through a `Proxy` too. */
export interface TokenClient extends TokenEventTarget, DisposableIfKnown {
  /** The grant for a resource and scopes. Asks the backend for nothing yet. */
  grant(options: GrantOptions): Grant;
  /** Drops every token and asks the backend to revoke them (reason `logout`). */
  revokeAll(options?: RevokeOptions): Promise<RevokeResult>;
  /** The user has signed in again: forget refusals and back-offs, so that the next call asks the backend. */
  resume(): void;
  /** Revokes everything, rejects who waits (code `closed`), lets go of timers and listeners. Can be called again. */
  close(): Promise<RevokeResult>;
  readonly closed: boolean;
}

/**
 * - `aborted`: the caller's `signal` fired; its reason is the `cause`
 * - `access_denied`: the token endpoint answered 403; not retried
 * - `closed`: the client was closed
 * - `internal`: a fault of this SDK, which cannot be used until the page is loaded again
 * - `invalid_options`: an option is unknown, missing or ill-typed; the message names it
 * - `invalid_response`: the token endpoint answered something that is no token response; retried with back-off
 * - `isolated`: a keeper holds the tokens (`downscope/worker`, `downscope/vault`), and this page gets none
 * - `login_required`: the token endpoint answered 401; the session is over; not retried
 * - `network`: the request did not get through; retried with back-off
 * - `not_permitted`: the keeper's policy does not permit the request; nothing was sent. The message ends with what was in the way
 * - `origin_not_allowed`: `fetch` would have sent the token to another origin; nothing was sent
 * - `request_refused`: the token endpoint answered another 4xx; not retried
 * - `revoked`: the grant was revoked while the caller waited
 * - `stopped`: the backend told the page (by its lease) to use no token; call `resume()` when it may
 * - `timeout`: no token in time; retryable
 * - `token_refused`: the resource answered 401 to a new token as to the one before; told by the event
 *   `error`, and no other token is asked for before `retryAfter` (30 seconds at the most); retryable
 * - `unavailable`: the token endpoint answered 408, 421, 425, 429 or 5xx, or a 400 that says `server_error`,
 *   `temporarily_unavailable` or `slow_down`; retried after `retryAfter` or with back-off
 * - `unsupported`: WebAssembly, or a keeper, could not start here; the message says why: a policy, a missing file or
 *   that of another build, or which global this environment lacks
 */
export type TokenErrorCode =
  | 'aborted'
  | 'access_denied'
  | 'closed'
  | 'internal'
  | 'invalid_options'
  | 'invalid_response'
  | 'isolated'
  | 'login_required'
  | 'network'
  | 'not_permitted'
  | 'origin_not_allowed'
  | 'request_refused'
  | 'revoked'
  | 'stopped'
  | 'timeout'
  | 'token_refused'
  | 'unavailable'
  | 'unsupported';

/**
 * What every rejection of this SDK is; holds no token and no response body.
 *
 * The message begins with the code and a colon. That is what is left of it in a
 * clone (`structuredClone`, `postMessage`), which is a plain `Error`, and in logs;
 * the rest of the wording may change.
 */
export class TokenError extends Error {
  private constructor();
  readonly name: 'TokenError';
  /** What happened. */
  readonly code: TokenErrorCode;
  /** Whether calling again later can succeed without the app doing anything. */
  readonly retryable: boolean;
  /** HTTP status of the token endpoint's answer, if there was one; with `token_refused`, of the resource's. */
  readonly status?: number;
  /** How long until the next request may go out, in milliseconds. */
  readonly retryAfter?: number;
  /** Registered error code that the backend answered, for example `"invalid_scope"` (RFC 6749 section 5.2). */
  readonly oauthError?: string;
  /** The caller's abort reason, where `code` is `aborted`; what `getToken` or `headers` threw, where it is `network`. */
  readonly cause?: unknown;
}

/** Whether a caught value is a {@link TokenError}, also one of another frame or of a second copy of this package. Not of a clone: that has no `code`. */
export function isTokenError(value: unknown): value is TokenError;

/** Creates a client; the first call also starts WebAssembly, once per page. */
export function createTokenClient(options: TokenClientOptions): Promise<TokenClient>;

/**
 * A `getToken` that hands out one fixed token, such as a developer token from
 * Box's console: for development only, and the console is told so. After
 * `expiresIn` (default 3,600,000) it refuses with code `login_required`.
 */
export function fixedToken(token: string, options?: { expiresIn?: number }): GetToken;
