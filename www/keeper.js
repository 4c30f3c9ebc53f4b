// The keeper of the demo in a dedicated worker. Of all that a page may ask for, this is the whole list.

import { serveKeeper } from '/pkg/keeper.js';
// The file API's port is only known to the server that has opened it. An app writes its own origin.
import config from '/config.json' with { type: 'json' };

serveKeeper({
  tokenEndpoint: '/api/token',
  revokeEndpoint: '/api/revoke',
  leaseEndpoint: '/api/lease',
  headers: { 'X-Downscope': '1' },
  grants: [
    {
      resource: `${config.apiOrigin}/2.0/files/*`,
      scopes: ['base_preview', 'item_download'],
      // Box answers with a redirect to a signed link.
      redirects: config.upstream === 'box',
    },
  ],
});
