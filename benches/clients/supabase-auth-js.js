// @supabase/auth-js with an expired session in its storage, as a page has it that
// is opened the next day.

import { AuthClient } from '@supabase/auth-js';

import { addressOf, range } from './support/address.js';

export default {
  id: 'supabase-auth-js',
  store: 'memory where asked for; by default localStorage',
  can: {
    peek: false,
    header: false,
    grants: 100,
    length: 150,
    why: {
      peek: 'getSession is asynchronous',
      grants: 'an AuthClient each, with a timer of its own',
      length: 'its tokens are JWTs',
    },
  },
  // It refreshes from 90 seconds before expiry on.
  inWindow: 45,

  async open({ grants = 1, memory = true, ...wanted }) {
    const address = addressOf(wanted);
    const storage = memory ? inMemory() : localStorage;
    const clients = range(grants).map((i) => {
      const storageKey = `supabase-${i}`;
      storage.setItem(storageKey, JSON.stringify(expiredSession()));
      return new AuthClient({
        url: `${address}/auth/v1`,
        storageKey,
        ...(memory && { storage }),
        detectSessionInUrl: false,
      });
    });
    return {
      token: async (i) => {
        const { data, error } = await clients[i].getSession();
        if (error) throw error;
        return data.session.access_token;
      },
      close: async () => {
        await Promise.all(clients.map((one) => one.stopAutoRefresh()));
      },
    };
  },
};

function inMemory() {
  const items = new Map();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

const expiredSession = () => ({
  access_token: 'fake.token.expired',
  refresh_token: 'fake-refresh-token',
  token_type: 'bearer',
  expires_in: 1,
  expires_at: Math.floor(Date.now() / 1000) - 1,
  user: { id: 'fake', aud: 'authenticated', role: 'authenticated', email: 'fake@user.example' },
});
