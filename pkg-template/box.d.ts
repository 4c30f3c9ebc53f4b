/**
 * Tokens for Box's widgets (box-ui-elements, box-content-preview) and for box-node-sdk
 * in the browser.
 *
 * @packageDocumentation
 */

import type { GrantOptions, TokenClient } from './index.js';

/** Options of {@link boxTokens}. */
export interface BoxTokensOptions {
  /** Scopes of every token; see {@link boxScopes}. */
  scopes: readonly string[];
  /**
   * Id of a folder whose token serves all there is: a folder's token is good for what is below
   * it. ContentExplorer asks once per file that it lists; with this, all of that is one token.
   * Default: a token for each file and each folder.
   */
  folder?: string;
  /**
   * Which token serves a file or folder (`"file_123"`, `"folder_0"`): that of a resource, or
   * of a resource with scopes of its own. Ids for which it says the same share a token.
   * Default, also where it gives nothing: `folder`, or else the id's own URL, `{apiHost}/2.0/files/{id}`.
   */
  resourceFor?: (
    typedId: string,
  ) => string | URL | (GrantOptions & { resource: string | URL }) | undefined;
  /** As the widgets have it. Default `"https://api.box.com"`. */
  apiHost?: string | URL;
  /**
   * At least this much life is left to a token that a widget gets, in milliseconds; capped at half
   * of its life. Where none such can be had it gets what there is. An open viewer keeps the one that
   * it got. Default 1,800,000 (30 min).
   */
  minTtl?: number;
}

/** The token function of the widgets: a string for one id, an object by id for a list. */
export interface BoxTokenFunction {
  /** Rejects where there is no token. */
  (typedId: string): Promise<string>;
  /** Never rejects: ids for which there is no token are left out. */
  (typedIds: readonly string[]): Promise<Record<string, string>>;
}

/** What box-node-sdk 10 wants as `auth`. */
export interface BoxAuthentication {
  retrieveToken(): Promise<{ accessToken: string }>;
  /** Another token than the last one that went out. Calls that come together share one request. */
  refreshToken(): Promise<{ accessToken: string }>;
  retrieveAuthorizationHeader(): Promise<string>;
  /** Ends the tokens of the grant, by the backend. */
  revokeToken(): Promise<undefined>;
  /** Rejects: the backend downscopes. */
  downscopeToken(): Promise<never>;
}

/** What {@link boxTokens} makes. Each function can be handed on by itself and stays the same. */
export interface BoxTokens {
  /** For the prop `token`, or as the second argument of `show()`. */
  readonly token: BoxTokenFunction;
  /**
   * For the option of the same name. Where a request carries one of these tokens, it goes out
   * with the one that is good now, and once more with another after a 401, by the rule of
   * `Grant.fetch`. Where the widget's axios has no adapter to wrap (axios 1), only the former.
   */
  readonly requestInterceptor: <Config>(config: Config) => Promise<Config>;
  /** For the option of the same name, where `requestInterceptor` cannot be used: after a 401, the next request has another token. */
  readonly responseInterceptor: <Answer>(answer: Answer) => Answer;
  /** For `new BoxClient({ auth })`, with the token for a typed id. */
  readonly authentication: (typedId: string) => BoxAuthentication;
  /** Has a `Preview` that was shown with a string take `token` for whatever it loads next. What is open keeps its string. */
  readonly follow: (preview: { updateToken(token: BoxTokenFunction, reload: boolean): void }) => void;
}

/**
 * Tokens for Box's widgets, all of one client. Make them once for a page, not for each render:
 * the widgets take another `token` function for another user.
 *
 * @param client May still be on its way.
 */
export function boxTokens(client: TokenClient | PromiseLike<TokenClient>, options: BoxTokensOptions): BoxTokens;

/**
 * The least that an element works with. What its buttons do needs more, such as `item_preview`,
 * `item_download`, `item_upload`, `item_rename`, `item_share`, `item_delete`, `annotation_edit`.
 */
export const boxScopes: {
  readonly explorer: readonly string[];
  readonly openWith: readonly string[];
  readonly picker: readonly string[];
  readonly preview: readonly string[];
  readonly sidebar: readonly string[];
  readonly uploader: readonly string[];
};
