import { createTokenClient } from 'downscope/slim';

globalThis.token = createTokenClient({ tokenEndpoint: '/token' }).then((client) =>
  client.grant({ scopes: ['read'] }).token(),
);
