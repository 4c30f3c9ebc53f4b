import type { Answer, Call, Exchange } from './index.js';

export interface BoxOptions {
  /** Of the app that the tokens are minted for: Box revokes no token without them. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** Does work while no other process does the same: for an app whose processes share a token storage. The stores have one: `store.lock('box', work)`. */
  readonly lock?: <T>(work: () => Promise<T>) => Promise<T>;
}

/** `exchange` and `revoke` for `createBackend`, through a `BoxClient` of box-node-sdk 10. Without a `subject` of `authenticate`, the client's own token is downscoped. */
export function box(
  client: object,
  options: BoxOptions,
): {
  exchange(wanted: Exchange, call?: Call): Promise<Answer>;
  revoke(token: string, call?: Call): Promise<Answer>;
};
