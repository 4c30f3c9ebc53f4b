import { OktaAuth } from '@okta/okta-auth-js';

globalThis.token = new OktaAuth({
  issuer: 'https://login.example',
  clientId: 'app',
  redirectUri: '/',
}).getOrRenewAccessToken();
