/**
 * Grants for React 18 and later.
 *
 * @packageDocumentation
 */

import type { ReactNode } from 'react';
import type { Grant, TokenClient, TokenError, TokenOptions } from './index.js';

/** Props of {@link TokenProvider}. */
export interface TokenProviderProps {
  /**
   * The client, or a function that makes it. Best a function of a module: it is called once, by the
   * first component that is mounted, and never on a server. The client lives on when the provider is
   * unmounted; once it is closed, the next who needs one calls the function again.
   */
  client: TokenClient | PromiseLike<TokenClient> | (() => TokenClient | PromiseLike<TokenClient>);
  children?: ReactNode;
}

/** Gives its children a client. Makes none while rendering. */
export function TokenProvider(props: TokenProviderProps): ReactNode;

/** What goes with every status. Each function stays the same for the same resource and scopes. */
export interface GrantActions {
  /** As of {@link Grant}; at any time, also while `status` is `"loading"`. */
  readonly fetch: Grant['fetch'];
  /** As of {@link Grant}; at any time. */
  readonly token: (options?: TokenOptions) => Promise<string>;
  /** Asks for a token again, for a button; also after a refusal (it calls {@link TokenClient.resume}) and after a sign-out. */
  readonly retry: () => void;
}

/**
 * What a component sees of a grant. Never holds a token.
 *
 * - `loading`: no token yet; so also on a server
 * - `ready`: there has been a token, and `fetch` and `token` get the next. Stays through refreshes, a sleep
 *   and a return from the back/forward cache
 * - `failed`: there is no token; see `error`. What is retryable is tried again by itself
 * - `revoked`: the app has revoked the grant, or all of them: a sign-out
 */
export type GrantView = GrantActions &
  (
    | { readonly status: 'loading'; readonly grant?: Grant | undefined; readonly error?: undefined }
    | { readonly status: 'ready' | 'revoked'; readonly grant: Grant; readonly error?: undefined }
    | { readonly status: 'failed'; readonly grant?: Grant | undefined; readonly error: TokenError }
  );

/**
 * The grant for a resource and scopes, as {@link TokenClient.grant} takes them. Asks for a token once
 * the component is mounted, and keeps it fresh until it is unmounted; the token itself then stays where it is,
 * for whoever comes next, until it expires or the page ends.
 */
export function useGrant(resource: string | URL | undefined, scopes: readonly string[]): GrantView;
