import { Auth0Client } from '@auth0/auth0-spa-js';

globalThis.token = new Auth0Client({
  domain: 'login.example',
  clientId: 'app',
  useRefreshTokens: true,
}).getTokenSilently();
