import { createTokenClient } from 'downscope';

globalThis.token = createTokenClient({ tokenEndpoint: '/token' }).then((client) =>
  client.grant({ scopes: ['read'] }).token(),
);
