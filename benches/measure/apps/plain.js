import { createClient } from '../../plain/client.js';

globalThis.token = createClient({ tokenEndpoint: '/token', revokeEndpoint: '/revoke' })
  .grant({ scopes: ['read'] })
  .token();
