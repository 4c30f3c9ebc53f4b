/**
 * A client for a page whose tokens are held by a keeper in a dedicated worker. It sends operations and
 * gets their answers; no token, and no WebAssembly, is in the page.
 *
 * @packageDocumentation
 */

import type {
  GrantOptions,
  GrantState,
  RevokeOptions,
  RevokeResult,
  TokenEvent,
  TokenEventDetails,
} from './index.js';
import type { KeeperEvent } from './keeper.js';

export { isTokenError, TokenError, TokenEvent } from './index.js';

interface KeptEventTarget {
  addEventListener<T extends keyof TokenEventDetails>(
    type: T,
    listener: ((event: TokenEvent<T>) => void) | { handleEvent(event: TokenEvent<T>): void } | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: 'refused',
    listener: ((event: KeeperEvent) => void) | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener(
    type: keyof TokenEventDetails | 'refused',
    listener: ((event: any) => void) | { handleEvent(event: any): void } | null,
    options?: boolean | EventListenerOptions,
  ): void;
  dispatchEvent(event: Event): boolean;
}

/** A grant whose token the page never gets. */
export interface KeptGrant extends KeptEventTarget {
  /** As given. */
  readonly resource: string | undefined;
  /** As given, sorted and without repeats. */
  readonly scopes: readonly string[];
  /**
   * Has the keeper carry out a request with the token. Bodies of requests are read first, and bounded by
   * the keeper's `limits.body`; answers are streamed. The answer has the status, the headers that the policy
   * tells, and no `url`.
   * Rejects with code `not_permitted` where the policy does not permit it, and as `fetch` does.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** Drops the grant's tokens and asks the backend to revoke them. The grant can be used again. */
  revoke(): Promise<RevokeResult>;
  /** As the keeper told it last. */
  readonly state: GrantState;
  /** Rejects with code `isolated`. @deprecated There is no token in this page. */
  token(): Promise<never>;
  /** Throws an error with code `isolated`. @deprecated There is no token in this page. */
  peek(): never;
  /** Throws an error with code `isolated`. @deprecated There is no token in this page. */
  reject(token: string): never;
}

/** What `await using` asks for, where the app's `lib` has it. */
type DisposableIfKnown = SymbolConstructor extends { readonly asyncDispose: infer Key extends symbol }
  ? { [key in Key]: () => PromiseLike<void> }
  : {};

/** The client of a page that gets no token. */
export interface KeptClient extends KeptEventTarget, DisposableIfKnown {
  /** The grant for a resource and scopes. Whether the keeper's policy knows of it is seen at its first use. */
  grant(options: GrantOptions): KeptGrant;
  /** Drops every token and asks the backend to revoke them (reason `logout`). */
  revokeAll(options?: RevokeOptions): Promise<RevokeResult>;
  /** The user has signed in again: forget refusals and back-offs. */
  resume(): void;
  /** Revokes everything, rejects who waits (code `closed`), and ends the keeper. Can be called again. */
  close(): Promise<RevokeResult>;
  readonly closed: boolean;
}

/**
 * Starts the keeper and connects to it. `makeWorker` starts the app's own worker file, which calls
 * `serveKeeper`; it is called again when the page comes back from the back/forward cache. Written out
 * in it, bundlers find the file: `() => new Worker(new URL('./keeper.js', import.meta.url), { type: 'module' })`.
 */
export function createTokenClient(makeWorker: () => Worker): Promise<KeptClient>;

