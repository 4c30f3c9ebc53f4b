// A page with one client, one grant and one token, which it or its keeper keeps until it goes.

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
const means = wanted.get('means');
const resource = wanted.get('resource');

// Without the blocker it is what the test hears first.
if (means === 'blocked') beacon({ error: 'the content blocker let a beacon through' });

const HOSTS = {
  async page() {
    const { createTokenClient } = await import('/pkg/index.js');
    return createTokenClient({
      tokenEndpoint: '/api/token',
      revokeEndpoint: '/api/revoke',
      headers: { 'X-Downscope': '1' },
      ...MEANS[means],
    });
  },
  async worker() {
    const { createTokenClient } = await import('/pkg/worker.js');
    return createTokenClient(() => new Worker(`/x/keeper.js${location.search}`, { type: 'module' }));
  },
  async vault() {
    const { createTokenClient } = await import('/pkg/vault.js');
    return createTokenClient(`http://${location.hostname}:${wanted.get('vault')}/${location.search}`);
  },
};

/** Has a token be there, wherever that is. */
const hold = async (grant) => (means in MEANS ? grant.token() : (await grant.fetch(resource)).text());

try {
  const client = await HOSTS[means in MEANS ? 'page' : means.split('-')[0]]();
  const grant = client.grant({ resource, scopes: ['base_preview'] });
  globalThis.held = await hold(grant);
  tell({ openedAt });
  addEventListener('pageshow', async ({ persisted }) => {
    // As an app that goes on where the user left off.
    if (!persisted) return;
    globalThis.held = await hold(grant);
    tell({ openedAt, restored: true });
  });
} catch (error) {
  tell({ error: `${error.name}: ${error.message}` });
}
