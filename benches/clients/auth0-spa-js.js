// @auth0/auth0-spa-js, signed in by its own redirect flow, which the backend plays
// along with. Tokens in memory and a refresh token, as its documentation advises
// for apps that are not to depend on third-party cookies; the refresh token is in
// its worker. By default it has no refresh token and renews in a hidden frame.

import { Auth0Client } from '@auth0/auth0-spa-js';

import { addressOf, resourceOf } from './support/address.js';

const RETURN_TO = `${location.origin}/`;

export default {
  id: 'auth0-spa-js',
  store: 'memory (the default)',
  note: 'its worker forgets the refresh token when an answer in JSON, as of the 503 here, has none',
  can: {
    peek: false,
    header: false,
    grants: 1_000,
    length: 1,
    why: {
      peek: 'getTokenSilently is asynchronous',
      grants: 'an audience each, of one client; it looks through all of them',
    },
  },
  // It counts a token as expired for the last 60 seconds.
  inWindow: 30,

  async open({ grants = 1, memory = true, ...wanted }) {
    const client = new Auth0Client({
      // Its worker talks to this path of an origin and to no other; the backend
      // knows by the client id which run it is.
      domain: location.origin,
      clientId: new URL(addressOf(wanted)).pathname,
      cacheLocation: memory ? 'memory' : 'localstorage',
      useRefreshTokens: true,
      useRefreshTokensFallback: false,
      // One refresh token for every audience, where there is more than one.
      useMrrt: grants > 1,
      authorizationParams: { redirect_uri: RETURN_TO, audience: resourceOf(0), scope: 'item_read' },
    });
    let login;
    await client.loginWithRedirect({
      openUrl: (url) => {
        login = new URL(url).searchParams;
      },
    });
    const answer = new URLSearchParams({
      code: `fake.${login.get('nonce')}`,
      state: login.get('state'),
    });
    await client.handleRedirectCallback(`${RETURN_TO}?${answer}`);
    return {
      token: (i) => client.getTokenSilently({ authorizationParams: { audience: resourceOf(i) } }),
      close: async () => {},
    };
  },
};
