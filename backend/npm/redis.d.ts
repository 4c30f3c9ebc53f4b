import type { Store } from './index.js';

export interface RedisOptions {
  /** What all keys begin with. Default: `downscope`. */
  readonly prefix?: string;
  /** Over how many slots of a cluster the page lives are spread. Default: 1. All instances have the same. */
  readonly shards?: number;
  /** Whether an empty store has nothing to know of: nothing that was minted before is alive. */
  readonly isFirst?: boolean;
  /** Whether the server loses nothing that it has answered (`appendfsync always`). */
  readonly isDurable?: boolean;
}

/** A store in Redis or Valkey, version 7 or newer, for any number of instances. `client` is one of `redis` (5 or newer) or `ioredis`, for one server, also behind Sentinel; the client of a cluster is refused. One of `redis` that is not open yet is connected by the store, one of `ioredis` connects by itself; its `error` events, and to close it, are the app's. */
export function redis(client: object, options?: RedisOptions): Store;
