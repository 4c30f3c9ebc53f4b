/**
 * URLs without a token for what cannot send an `Authorization` header: `<img>`, `<video>`, `<audio>`,
 * `<a download>`, CSS. The app's service worker answers them, by `downscope/media-worker`.
 *
 * @packageDocumentation
 */

import type { Grant } from './index.js';

/** Options of {@link mediaOf}. */
export interface MediaOptions {
  /** How long to wait until a service worker controls the page, in milliseconds. Default 10,000. */
  timeout?: number;
  /**
   * Told of each request that got no token: with what the grant rejected with (a `TokenError`), and the
   * URL that was to be loaded. The element itself is told nothing of the reason.
   */
  onError?: (error: unknown, resource: string) => void;
}

/** Options of {@link Media.url}. */
export interface MediaUrlOptions {
  /** The name of the file that a link to it saves. Default: what the API says in `Content-Disposition`. */
  filename?: string;
}

/** Makes URLs for one grant. */
export interface Media {
  /**
   * A URL of the page's own origin for one of the API; the same one each time. Good in this page
   * life alone, with the fragment of `resource`. A page has at most 10,000: beyond, the one that was
   * used longest ago gives way.
   * Throws a {@link MediaError} with code `invalid_url` or `closed`. What the grant refuses, another
   * origin for example, is told to `onError`, and the element gets a 403.
   */
  url(resource: string | URL, options?: MediaUrlOptions): string;
  /** Ends all of its URLs. So do the client's `close()`, and a `revoke()` or `revokeAll()` that ends a token of the grant. */
  close(): void;
}

/**
 * - `closed`: `close()` was called
 * - `invalid_url`: no http or https URL, or one with a user name, or of more than 8,192 characters
 * - `no_answer`: the page's service worker does not call `serveMedia()`, or is an older one that does not
 * - `no_worker`: no service worker has the page in its scope
 * - `not_controlled`: the service worker does not control the page: it was loaded before that was there, or past
 *   it, and `serveMedia()` may not claim it
 * - `unsupported`: no service workers here: plain http, a sandbox, a private window of some browsers
 */
export type MediaErrorCode =
  | 'closed'
  | 'invalid_url'
  | 'no_answer'
  | 'no_worker'
  | 'not_controlled'
  | 'unsupported';

/** Why there is no URL; its message begins with the code and a colon. */
export class MediaError extends Error {
  private constructor();
  readonly name: 'MediaError';
  readonly code: MediaErrorCode;
}

/**
 * Media URLs for what a grant opens. Waits until the app's service worker, which the app registers, controls the
 * page, and asks it to. Rejects with a {@link MediaError}.
 */
export function mediaOf(grant: Grant, options?: MediaOptions): Promise<Media>;
