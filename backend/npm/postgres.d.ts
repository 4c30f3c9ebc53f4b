import type { Store } from './index.js';

export interface PostgresOptions {
  /** The schema that everything lies in; it is made where it is not there. Default: `downscope`. */
  readonly schema?: string;
  /** Whether nothing was minted before the schema was made. */
  readonly isFirst?: boolean;
  /** How many connections this instance keeps at the most. Default: 16. */
  readonly connections?: number;
  /** Anything else goes to `pg.Pool`: `ssl`, for example. */
  readonly [option: string]: unknown;
}

/** A store in PostgreSQL, version 14 or newer, for any number of instances. `pg` is the module: `import pg from 'pg'`. */
export function postgres(pg: object, url: string, options?: PostgresOptions): Store;
