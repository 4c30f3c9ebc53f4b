/**
 * A client for the unit tests of apps: of the same shape, without WebAssembly, network and
 * timers of its own. What backend and resources answer is said by hand.
 *
 * @packageDocumentation
 */

import type {
  Grant,
  RevokeReason,
  TokenClient,
  TokenClientOptions,
  TokenErrorCode,
  TokenEventDetails,
} from './index.js';

export * from './slim.js';

/** A client whose backend is in the hands of the test. */
export interface TestTokenClient extends TokenClient {
  /** What backend and resources do. No other client has it. */
  readonly backend: TestBackend;
}

/** What a token was asked for. */
export interface TestRequest {
  readonly resource?: string | undefined;
  readonly scopes: readonly string[];
}

/** Backend and resources, by hand. Without a word from the test every request gets a token: `test-token-1` and so on. */
export interface TestBackend {
  /** The token requests so far. */
  readonly requests: readonly TestRequest[];
  /** Answers the request that waits longest, or else the next one, with a token. `expiresIn` is in milliseconds; default 3,600,000. */
  give(token: string, terms?: { expiresIn?: number; scopes?: readonly string[] }): void;
  /** Answers likewise with a failure. Callers are told at once; what is not retryable lasts until `resume()`. */
  fail(
    code: Exclude<TokenErrorCode, 'unsupported'>,
    facts?: { status?: number; retryAfter?: number; oauthError?: string },
  ): void;
  /** From now on requests wait for `give` or `fail`. */
  hold(): void;
  /** Answers those that wait, and from now on each at once. */
  release(): void;
  /** What the `fetch` of grants gets, called as `fetch` is, with the token as the header `authorization`. Default: 200 and no body. */
  respond(answer: (input: string | Request, init: RequestInit) => unknown): void;
  /** Answers the next requests of grants' `fetch` with 401. Default: one. */
  refuse(times?: number): void;
  /** The grant's token is due: event `expiring`, and the next one is asked for. */
  refresh(grant: Grant): Promise<void>;
  /** The grant's token expires: event `expired`. */
  expire(grant: Grant): void;
  /** The grant's token is taken back: event `revoked`. Default: `"recalled"`. */
  recall(grant: Grant, reason?: RevokeReason): void;
  /** Dispatches an event on the grant and its client; without a grant, on the client. */
  emit<T extends keyof TokenEventDetails>(type: T, detail: Omit<TokenEventDetails[T], 'resource'>, grant?: Grant): void;
}

/** Creates a client that asks nobody; options are checked as {@link TokenClientOptions}. */
export function createTokenClient(options?: TokenClientOptions): Promise<TestTokenClient>;

/** The same at once. */
export function createTestClient(options?: TokenClientOptions): TestTokenClient;
