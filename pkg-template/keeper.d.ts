/**
 * Holds an app's tokens where its page cannot read them: in a dedicated worker, or in a hidden
 * frame on an origin of its own. What stands in the file that calls {@link serveKeeper} is all that
 * a page can have done with them.
 *
 * @packageDocumentation
 */

import type { TokenClientOptions, TokenEvent } from './index.js';

export { isTokenError, TokenError, TokenEvent } from './index.js';

/** What may be done with the grants for one kind of resource. */
export interface KeeperGrant {
  /** The resources that a page may name, such as `https://api.example/files/*`: whole segments, `*` for any one, `**` at the end for one or more. Absent: grants that name none. */
  resource?: string;
  /** The scopes that a page may ask for, each of them or several. */
  scopes: readonly string[];
  /** Where requests may go: patterns like `resource`, or `{resource}/content`. From the first segment to the last; no query. Default: the grant's own resource, and what is below it. */
  urls?: readonly string[];
  /** Default `GET` and `HEAD`. */
  methods?: readonly string[];
  /** Parameters that a URL may have, each once. Default: none. */
  queries?: readonly string[];
  /** Headers of a request, in small letters. Default: `accept`, `accept-language`, `content-type`, `range` and the conditional ones. Never one that proves who asks, or that replaces method or path. */
  headers?: readonly string[];
  /** Headers of an answer that the page is told. Default: those of content, caching and ranges, and `retry-after`. */
  answerHeaders?: readonly string[];
  /** Whether to follow redirects. Where they lead is the API's to say, and no pattern is asked. Default false: a redirect is an error. */
  redirects?: boolean;
}

/** How much at once. What is above is refused, and nothing waits. */
export interface KeeperLimits {
  /** Requests under way, answers included that are neither read to their end nor cancelled. Default 64. */
  requests?: number;
  /** Grants that a page opens. Default 1,024. */
  grants?: number;
  /** Bytes of a request's body. Default 67,108,864 (64 MiB). */
  body?: number;
}

/** Options of {@link serveKeeper}. What is not listed here is as in {@link TokenClientOptions}. */
export interface KeeperOptions extends Omit<TokenClientOptions, 'allowedOrigins' | 'getToken' | 'tokenEndpoint'> {
  /** URL of the app's token endpoint. No request of the page gets there, nor to the other endpoints. */
  tokenEndpoint: string | URL;
  /** What the page may ask for. The first that is about a grant counts. */
  grants: readonly KeeperGrant[];
  /** In a frame: the origin of the app's page, the only one that is served. */
  pageOrigin?: string;
  limits?: KeeperLimits;
}

/**
 * Which rule was in the way: `body`, `configuration` (a second call of {@link serveKeeper}),
 * `connection` (a second page), `endpoint`, `form` (a URL that parsers would normalise), `grant`,
 * `grants`, `header`, `headers`, `message` (none that there is), `method`, `query`, `requests`,
 * `sender` (another origin or window), `url`.
 */
export type KeeperRefusal =
  | 'body'
  | 'configuration'
  | 'connection'
  | 'endpoint'
  | 'form'
  | 'grant'
  | 'grants'
  | 'header'
  | 'headers'
  | 'message'
  | 'method'
  | 'query'
  | 'requests'
  | 'sender'
  | 'url';

/** What a keeper tells where it runs. */
export interface Keeper extends EventTarget {
  /** Fulfilled once it can be used. */
  readonly ready: Promise<void>;
  /** Something was refused. Told at the first time, the second, the fourth and so on, by `count`. */
  addEventListener(
    type: 'refused',
    listener: ((event: KeeperEvent) => void) | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** Event `refused`. */
export interface KeeperEvent extends Event {
  readonly detail: { readonly reason: KeeperRefusal; readonly count: number };
}

/**
 * Serves the page that started this worker, or that holds this frame. To be called once, at the top of the
 * worker's or the frame's own module. In a worker it wants a `revokeEndpoint` and a backend that
 * gives a `revocation_handle` with each token, or a `leaseEndpoint`.
 */
export function serveKeeper(options: KeeperOptions): Keeper;
