// The keeper of the tests in a vault: the same as `pages/keeper.js` in a worker, with what the tests change by the
// frame's address.

import { serveKeeper } from '/pkg/keeper.js';

const query = new URL(location.href).searchParams;

const keeper = serveKeeper({
  pageOrigin: '{{page_origin}}',
  tokenEndpoint: '/api/token',
  revokeEndpoint: '/api/revoke',
  ...(query.has('lease') && { leaseEndpoint: '/api/lease' }),
  ...(query.has('deferred') && { deferred: true }),
  headers: { 'X-Downscope': '1' },
  grants: [
    { resource: '{{api_origin}}/2.0/files/*', scopes: ['base_preview', 'item_download'] },
    // Everything there is on this origin: its endpoints are no part of it.
    {
      resource: '{{api_origin}}/2.0/files/*',
      scopes: ['item_preview'],
      urls: [`${location.origin}/**`, '{{api_origin}}/echo', '{{api_origin}}/redirect'],
      methods: ['GET', 'POST'],
      queries: ['to'],
      headers: ['content-type', 'x-app'],
    },
  ],
  limits: { requests: 8, grants: 16, body: 1_000_000 },
});

let again = '';
try {
  serveKeeper({ pageOrigin: 'https://evil.example', tokenEndpoint: '/evil/token', grants: [] });
} catch ({ code }) {
  again = code;
}

// By a way of its own: the page's is what is tested.
keeper.addEventListener('refused', ({ detail }) => parent.postMessage({ ...detail, again }, '{{page_origin}}'));
