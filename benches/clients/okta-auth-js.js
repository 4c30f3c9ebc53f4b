// @okta/okta-auth-js with a refresh token, seeded by its own `setTokens`, and
// started, so that it renews by timer. A call is `getOrRenewAccessToken`, which
// answers null where it has none.

import { OktaAuth } from '@okta/okta-auth-js';

import { addressOf, range } from './support/address.js';

export default {
  id: 'okta-auth-js',
  store: 'memory where asked for; by default localStorage',
  can: {
    peek: true,
    header: false,
    grants: 100,
    length: 150,
    why: {
      grants: 'an OktaAuth each, with services of its own',
      length: 'it reads the access token, so that must be a JWT',
    },
  },
  // It counts a token as expired for the last 30 seconds.
  inWindow: 15,

  async open({ grants = 1, memory = true, ...wanted }) {
    const address = addressOf(wanted);
    const clients = await Promise.all(range(grants).map((i) => client(address, i, memory)));
    return {
      token: async (i) => {
        const token = await clients[i].getOrRenewAccessToken();
        if (!token) throw new Error('no access token');
        return token;
      },
      peek: (i) => clients[i].getAccessToken(),
      close: async () => {
        await Promise.all(clients.map((one) => one.stop()));
      },
    };
  },
};

async function client(address, i, memory) {
  const urls = {
    issuer: `${address}/oauth2/default`,
    tokenUrl: `${address}/v1/token`,
    authorizeUrl: `${address}/v1/authorize`,
    userinfoUrl: `${address}/v1/userinfo`,
  };
  const one = new OktaAuth({
    ...urls,
    clientId: `fake-client-${i}`,
    redirectUri: `${location.origin}/`,
    scopes: ['item_read', 'offline_access'],
    tokenManager: {
      storageKey: `okta-token-storage-${i}`,
      ...(memory && { storage: 'memory' }),
    },
  });
  one.tokenManager.setTokens({
    refreshToken: {
      ...urls,
      refreshToken: 'fake-refresh-token',
      scopes: ['item_read', 'offline_access'],
      expiresAt: Math.floor(Date.now() / 1000) + 86_400,
    },
  });
  await one.start();
  return one;
}
