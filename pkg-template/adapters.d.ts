/**
 * For clients that are not content with `() => grant.token()` (a function that gives a token)
 * or `(input, init) => grant.fetch(input, init)` (a `fetch`).
 *
 * @packageDocumentation
 */

import type { Grant, TokenOptions } from './index.js';

/** A token, and until when it is good. */
export interface TimedToken {
  readonly token: string;
  /** On the scale of `Date.now()`. */
  readonly expiresAt: number;
  /** From when on there is another one to be had; on the same scale. */
  readonly refreshAt: number;
  /** The life that is left, in **seconds**. */
  readonly expiresIn: number;
}

/** A token with its expiry, for clients that keep it until then. */
export function withExpiry(grant: Grant, options?: TokenOptions): Promise<TimedToken>;

/** A `TokenCredential` of `@azure/core-auth`. */
export interface TokenCredential {
  /** The scopes are those of the grant, whatever is asked for. */
  getToken(
    scopes?: string | string[],
    options?: { abortSignal?: any; claims?: string },
  ): Promise<{ token: string; expiresOnTimestamp: number; refreshAfterTimestamp: number }>;
}

/** The grant as a credential for Azure's clients. */
export function tokenCredential(grant: Grant): TokenCredential;

/** Options of {@link follow}. */
export interface FollowOptions {
  /** Ends it. */
  signal?: AbortSignal;
}

/**
 * Pushes the token to a client that wants to be given each one (`setToken`, `renewToken`,
 * `updateToken`): the first, and every later one as soon as it is there, also after the
 * computer slept and after the page came back from the back/forward cache. Keeps the grant
 * fresh meanwhile. What is retryable is tried again.
 *
 * Resolves once `signal` fires, or the app revokes the grant or closes its client. Rejects where
 * there is no token to be had (see `TokenError`), or with what `push` threw; nothing is
 * pushed any more then.
 */
export function follow(
  grant: Grant,
  push: (token: string) => unknown,
  options?: FollowOptions,
): Promise<void>;
