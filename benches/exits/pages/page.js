// A page with one client, one grant and one token, which it keeps until it goes.

import { createTokenClient } from '/pkg/index.js';
import { beacon, tell } from './tell.js';

const MEANS = {
  default: {},
  hidden: { revokeOn: 'hidden' },
  deferred: { deferred: true },
  lease: { leaseEndpoint: '/api/lease' },
  blocked: {},
};

const openedAt = Date.now();
const wanted = new URL(location.href).searchParams;

// Without the blocker it is what the test hears first.
if (wanted.get('means') === 'blocked') beacon({ error: 'the content blocker let a beacon through' });

try {
  const client = await createTokenClient({
    tokenEndpoint: '/api/token',
    revokeEndpoint: '/api/revoke',
    headers: { 'X-Downscope': '1' },
    ...MEANS[wanted.get('means')],
  });
  const grant = client.grant({ resource: wanted.get('resource'), scopes: ['base_preview'] });
  globalThis.held = await grant.token();
  tell({ openedAt });
  addEventListener('pageshow', async ({ persisted }) => {
    // As an app that goes on where the user left off.
    if (!persisted) return;
    globalThis.held = await grant.token();
    tell({ openedAt, restored: true });
  });
} catch (error) {
  tell({ error: `${error.name}: ${error.message}` });
}
