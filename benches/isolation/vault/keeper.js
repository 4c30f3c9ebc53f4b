import { serveKeeper } from '/pkg/keeper.js';

serveKeeper({
  pageOrigin: '{{page_origin}}',
  tokenEndpoint: '/api/token',
  revokeEndpoint: '/api/revoke',
  headers: { 'X-Downscope': '1' },
  grants: [{ resource: '{{api_origin}}/2.0/files/*', scopes: ['base_preview', 'item_download'] }],
});
