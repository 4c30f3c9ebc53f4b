// The keeper of the demo, on an origin of its own. Of all that a page may ask for, this is the whole list.

import { serveKeeper } from '/pkg/keeper.js';

serveKeeper({
  // The server writes both origins in, since its ports are not known before. An app writes its own.
  pageOrigin: '{{page_origin}}',
  tokenEndpoint: '/api/token',
  revokeEndpoint: '/api/revoke',
  leaseEndpoint: '/api/lease',
  headers: { 'X-Downscope': '1' },
  grants: [{ resource: '{{api_origin}}/2.0/files/*', scopes: ['base_preview', 'item_download'] }],
});
