// The backend: who may have what, and where it is kept.

import { after } from 'next/server';
import { createBackend } from 'downscope-backend';
import { redis } from 'downscope-backend/redis';
import { createClient } from 'redis';

import { exchange, revoke } from './box.js';
import { userOf } from './session.js';

const { APP_ORIGIN, BOX_FILE_IDS = '', KEYS, REDIS_URL, STORE_PREFIX, VERCEL } = process.env;
const { LEASE_HOLD_SECONDS = 55, LEASE_TERM_SECONDS = 90 } = process.env;

const RESOURCES = BOX_FILE_IDS.split(',').map((id) => `https://api.box.com/2.0/files/${id}`);
const SCOPES = ['base_preview', 'item_download', 'item_preview'];

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
    store: REDIS_URL ? sharedStore() : undefined,
    keys: KEYS,
    origins: APP_ORIGIN,
    handles: 'short',
    lease: { hold: LEASE_HOLD_SECONDS * 1_000, term: LEASE_TERM_SECONDS * 1_000 },
    waitUntil: after,
    // A server that stays awake repeats what has failed; elsewhere /operator/sweep does.
    background: !VERCEL,
  });
}

function sharedStore() {
  const client = createClient({ url: REDIS_URL });
  client.on('error', (error) => console.error(`Redis: ${error.message}`));
  return redis(client, { prefix: STORE_PREFIX });
}
