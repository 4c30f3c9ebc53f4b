// The backend: who may have what, and where it is kept.

import { after } from 'next/server';
import { createBackend } from 'downscope-backend';
import { postgres } from 'downscope-backend/postgres';
import { redis } from 'downscope-backend/redis';
import pg from 'pg';
import { createClient } from 'redis';

import { exchange, revoke } from './box.js';
import { userOf } from './session.js';

const { APP_ORIGIN, BOX_FILE_IDS = '', BOX_FOLDER_IDS = '', KEYS, VERCEL } = process.env;
const { DATABASE_URL, REDIS_URL, STORE_PREFIX } = process.env;
const { LEASE_HOLD_SECONDS = 55, LEASE_TERM_SECONDS = 90 } = process.env;

const urls = (kind, ids) => ids.split(',').map((id) => `https://api.box.com/2.0/${kind}/${id}`);
const RESOURCES = [...urls('files', BOX_FILE_IDS), ...urls('folders', BOX_FOLDER_IDS)];
const SCOPES = ['base_explorer', 'base_preview', 'item_download', 'item_preview'];

/** One for all routes: Next.js may load this module for each of them. It begins with the first
 * request, and not when the app is built. */
export const backend = () => (globalThis.downscopeBackend ??= create());

function create() {
  return createBackend({
    authenticate: userOf,
    authorize: ({ resource, scopes }) =>
      RESOURCES.includes(resource) && scopes.every((scope) => SCOPES.includes(scope)),
    exchange,
    revoke,
    store: sharedStore(),
    keys: KEYS,
    origins: APP_ORIGIN,
    handles: 'short',
    lease: { hold: LEASE_HOLD_SECONDS * 1_000, term: LEASE_TERM_SECONDS * 1_000 },
    waitUntil: after,
    // A server that stays awake repeats what has failed; elsewhere /operator/sweep does.
    background: !VERCEL,
  });
}

/** Without one, the record is in this process. */
function sharedStore() {
  if (DATABASE_URL) return postgres(pg, DATABASE_URL, { schema: STORE_PREFIX });
  if (!REDIS_URL) return undefined;
  const client = createClient({ url: REDIS_URL });
  client.on('error', (error) => console.error(`Redis: ${error.message}`));
  return redis(client, { prefix: STORE_PREFIX });
}
