import { serveKeeper } from '/pkg/keeper.js';
import config from '/config.json' with { type: 'json' };

serveKeeper({
  tokenEndpoint: '/api/token',
  revokeEndpoint: '/api/revoke',
  headers: { 'X-Downscope': '1' },
  grants: [{ resource: `${config.apiOrigin}/2.0/files/*`, scopes: ['base_preview', 'item_download'] }],
});
