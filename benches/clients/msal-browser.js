// @azure/msal-browser, signed in by `acquireTokenByCode`, which the backend answers.
// Its authority must be https:, so `fetch` leads requests for that to the backend.

import { PublicClientApplication } from '@azure/msal-browser';

import { addressOf, scopeOf } from './support/address.js';

const AUTHORITY = 'https://login.example/fake-tenant';

export default {
  id: 'msal-browser',
  store: 'memory where asked for; by default sessionStorage',
  can: {
    peek: false,
    header: false,
    grants: 1_000,
    length: 1,
    why: {
      peek: 'acquireTokenSilent is asynchronous',
      grants: 'a scope each, of one client; it looks through all of them',
    },
  },
  // It counts a token as expired for the last 300 seconds.
  inWindow: 150,

  async open({ memory = true, ...wanted }) {
    leadTo(addressOf(wanted));
    const client = new PublicClientApplication({
      auth: {
        clientId: 'fake-client',
        authority: AUTHORITY,
        knownAuthorities: ['login.example'],
        authorityMetadata: JSON.stringify({
          issuer: `${AUTHORITY}/v2.0`,
          authorization_endpoint: `${AUTHORITY}/oauth2/v2.0/authorize`,
          token_endpoint: `${AUTHORITY}/oauth2/v2.0/token`,
          jwks_uri: `${AUTHORITY}/discovery/v2.0/keys`,
        }),
        redirectUri: `${location.origin}/`,
      },
      cache: { cacheLocation: memory ? 'memoryStorage' : 'sessionStorage' },
    });
    await client.initialize();
    const { account } = await client.acquireTokenByCode({
      code: 'fake',
      scopes: ['sign_in'],
    });
    return {
      token: async (i) => {
        const result = await client.acquireTokenSilent({ account, scopes: [scopeOf(i)] });
        return result.accessToken;
      },
      close: async () => {},
    };
  },
};

let address;

/** Requests for the authority go to `to` from now on. */
function leadTo(to) {
  if (!address) {
    const send = fetch;
    globalThis.fetch = (url, init) =>
      send(typeof url === 'string' ? url.replace(AUTHORITY, address) : url, init);
  }
  address = to;
}
