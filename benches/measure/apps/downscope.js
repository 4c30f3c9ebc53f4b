import { createTokenClient } from 'downscope';

globalThis.token = createTokenClient({ tokenEndpoint: '/token', revokeEndpoint: '/revoke' }).then(
  (client) => client.grant({ scopes: ['read'] }).token(),
);
