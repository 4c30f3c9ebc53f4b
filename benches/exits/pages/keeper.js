// The keeper of a page in a dedicated worker.

import { serveKeeper } from '/pkg/keeper.js';

const wanted = new URL(location.href).searchParams;
const means = wanted.get('means');

serveKeeper({
  tokenEndpoint: '/api/token',
  revokeEndpoint: '/api/revoke',
  ...(means.endsWith('lease') && { leaseEndpoint: '/api/lease' }),
  headers: { 'X-Downscope': '1' },
  grants: [{ resource: wanted.get('resource'), scopes: ['base_preview'] }],
});
