// oidc-client-ts with a refresh token, seeded by its own `storeUser`. `getUser`
// never asks anybody, so a call does what its documentation's examples do: takes
// the user that is there, and signs in silently where that one has expired.

import { InMemoryWebStorage, User, UserManager, WebStorageStateStore } from 'oidc-client-ts';

import { addressOf, range } from './support/address.js';

const CLIENT_ID = 'fake-client';

export default {
  id: 'oidc-client-ts',
  store: 'memory where asked for; by default sessionStorage',
  note:
    'renews by timer; `getUser` never asks, so a call that finds the user expired calls `signinSilent`',
  can: {
    peek: false,
    header: false,
    grants: 1_000,
    length: 1,
    why: { peek: 'getUser is asynchronous', grants: 'a UserManager each, with timers of its own' },
  },
  // It renews by timer from 60 seconds before expiry on.
  inWindow: 30,

  async open({ grants = 1, memory = true, ...wanted }) {
    const address = addressOf(wanted);
    const storage = memory ? new InMemoryWebStorage() : sessionStorage;
    const managers = await Promise.all(range(grants).map((i) => manager(address, i, storage)));
    return {
      token: async (i) => {
        const user = await managers[i].getUser();
        const valid = user && !user.expired ? user : await managers[i].signinSilent();
        return valid.access_token;
      },
      close: async () => {
        for (const one of managers) one.stopSilentRenew();
      },
    };
  },
};

async function manager(address, i, storage) {
  const issuer = `${address}/oidc`;
  const now = Math.floor(Date.now() / 1000);
  const one = new UserManager({
    authority: issuer,
    client_id: `${CLIENT_ID}-${i}`,
    redirect_uri: `${location.origin}/`,
    scope: 'openid item_read',
    userStore: new WebStorageStateStore({ store: storage }),
    metadata: {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
    },
  });
  await one.storeUser(
    new User({
      access_token: 'fake-token-that-has-expired',
      refresh_token: 'fake-refresh-token',
      token_type: 'Bearer',
      scope: 'openid item_read',
      expires_at: now - 1,
      profile: { iss: issuer, sub: 'fake', aud: CLIENT_ID, iat: now - 2, exp: now - 1 },
    }),
  );
  return one;
}
