// The keeper of a page in a vault.

import { serveKeeper } from '/pkg/keeper.js';

const means = new URL(location.href).searchParams.get('means');

serveKeeper({
  pageOrigin: '{{page_origin}}',
  tokenEndpoint: '/api/token',
  revokeEndpoint: '/api/revoke',
  ...(means.endsWith('lease') && { leaseEndpoint: '/api/lease' }),
  deferred: means.endsWith('deferred'),
  headers: { 'X-Downscope': '1' },
  grants: [{ resource: '{{api_origin}}/2.0/files/*', scopes: ['base_preview'] }],
});
