// The keeper of the tests in a dedicated worker: what an app writes in its own file, with what the
// tests change by its address.

import { serveKeeper } from '/pkg/keeper.js';

const query = new URL(location.href).searchParams;
const api = query.get('api');
const without = query.get('without');

const keeper = serveKeeper({
  tokenEndpoint: '/api/token',
  ...(without !== 'revoke' && { revokeEndpoint: '/api/revoke' }),
  ...(query.has('lease') && { leaseEndpoint: '/api/lease' }),
  headers: { 'X-Downscope': '1' },
  grants: [
    { resource: `${api}/2.0/files/*`, scopes: ['base_preview', 'item_download'] },
    // Everything there is on the app's own origin: its endpoints are no part of it.
    {
      resource: `${api}/2.0/files/*`,
      scopes: ['item_preview'],
      urls: [`${location.origin}/**`, `${api}/echo`, `${api}/redirect`],
      methods: ['GET', 'POST'],
      queries: ['to'],
      headers: ['content-type', 'x-app'],
    },
  ],
  limits: { requests: 8, grants: 16, body: 1_000_000 },
});

// A second one is refused, wherever it comes from.
let again = '';
try {
  serveKeeper({ tokenEndpoint: '/evil/token', revokeEndpoint: '/evil', grants: [] });
} catch ({ code }) {
  again = code;
}

keeper.addEventListener('refused', ({ detail }) => {
  new BroadcastChannel('keeper of the tests').postMessage({ ...detail, again });
});
