// A store in PostgreSQL, through `pg`.

import { begin, postgresOptions } from './core.js';
import { queueOf } from './queue.js';
import { inTime, Late } from './time.js';

/** How long an answer is waited for; the database ends a statement sooner itself. */
const PATIENCE = 3_000;
/** What brings the schema up to date waits for others that do the same. */
const PATIENCE_OF_SESSION = 60_000;
/** What `pg` says of a query that was not answered within its `query_timeout`. */
const READ_TIMEOUT = 'Query read timeout';

/** For any number of instances. `pg` is the module `pg`; `url` names the database. */
export function postgres(pg, url, { schema, isFirst, connections = 16, ...options } = {}) {
  const { Pool } = pg.default ?? pg;
  if (typeof Pool !== 'function') {
    throw new TypeError("downscope-backend: postgres() takes the module: import pg from 'pg'");
  }
  // One connection for each name: whoever waits for the lock has none.
  const inTurn = queueOf();
  let pool;
  let ending;
  const opened = () => {
    if (pool) return pool;
    begin();
    pool = new Pool({
      application_name: 'downscope',
      connectionTimeoutMillis: PATIENCE,
      max: connections,
      ...options,
      ...connectionFor(url),
    });
    // One that is idle may be lost; the next who asks makes another.
    pool.on('error', ignore);
    return pool;
  };
  return {
    settings: { kind: 'postgres', schema, isFirst },
    connect: async () => connectionOf(opened()),
    lock: (name, work) =>
      inTurn(name, () => locked(opened(), `downscope ${schema ?? 'downscope'} ${name}`, work)),
    async close({ patience = PATIENCE } = {}) {
      ending ??= pool?.end();
      // One that answers nothing is left to the operating system.
      await inTime(ending, patience).catch(ignore);
    },
  };
}

/** The package's options after those that the URL has: it would have them alone. */
function connectionFor(url) {
  const own = postgresOptions();
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const given = parsed?.searchParams.get('options');
  if (!given) return { connectionString: url, options: own };
  parsed.searchParams.set('options', `${given} ${own}`);
  return { connectionString: parsed.href };
}

/** Does work while no other session of the database has this key. */
async function locked(pool, key, work) {
  const client = await taken(pool);
  let isHeld = true;
  try {
    await client.query({ text: 'set statement_timeout = 0', query_timeout: PATIENCE });
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [key]);
    return await work();
  } finally {
    try {
      const text = 'select pg_advisory_unlock(hashtextextended($1, 0))';
      await client.query({ text, values: [key], query_timeout: PATIENCE });
      await client.query({ text: 'reset statement_timeout', query_timeout: PATIENCE });
      isHeld = false;
    } catch {
      // With its connection ends what it holds.
    }
    released(client, isHeld);
  }
}

/** A connection of one's own. It may be lost between two queries: the next one says so. */
async function taken(pool) {
  const client = await pool.connect();
  client.on('error', ignore);
  return client;
}

function released(client, isFailed) {
  client.off('error', ignore);
  client.release(isFailed);
}

function ignore() {}

function connectionOf(pool) {
  const sessions = new Map();
  const names = new Map();
  let last = 0;
  return {
    query(session, text, params) {
      if (session !== undefined) {
        const query = { text, rowMode: 'array', query_timeout: PATIENCE_OF_SESSION };
        return answer(sessions.get(session).query(query), PATIENCE_OF_SESSION);
      }
      if (!names.has(text)) names.set(text, `downscope_${names.size}`);
      const query = { name: names.get(text), text, values: params, rowMode: 'array' };
      // Its connection goes with it where nothing is answered: it would be asked again.
      query.query_timeout = PATIENCE;
      return answer(pool.query(query), PATIENCE);
    },
    async take() {
      const client = await reached(taken(pool));
      sessions.set(++last, client);
      return String(last);
    },
    giveBack(session, isFailed) {
      const client = sessions.get(session);
      sessions.delete(session);
      if (client) released(client, isFailed);
    },
  };
}

/** The first value of the last row, as text. */
async function answer(result, patience) {
  const results = [await reached(inTime(result, patience))].flat();
  const value = results.at(-1)?.rows?.at(-1)?.[0];
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return value === undefined || value === null ? null : String(value);
}

/** SQLSTATE at the most: what the database says beside it may repeat what it was given. */
async function reached(promise) {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof Late || error?.message === READ_TIMEOUT) throw 'late';
    throw /^[0-9A-Z]{5}$/.test(error?.code) ? error.code : 'lost';
  }
}
