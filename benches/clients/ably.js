// The REST client of ably with an `authUrl` of the app's own. No public call gives
// the token that is held, so a call takes what every REST request takes:
// `auth.getAuthHeaders()`, which is not documented, and reads the header, which
// has the token in base64.

import { Rest } from 'ably';

import { addressOf, range } from './support/address.js';

const BEARER = 'Bearer '.length;

export default {
  id: 'ably',
  store: 'memory',
  note:
    'tried by `auth.getAuthHeaders`, which is not documented; it leaves it to the API to refuse a dead token',
  can: {
    peek: false,
    header: true,
    grants: 1_000,
    length: 1,
    why: {
      peek: 'its public calls give no held token',
      grants: 'a Rest client each',
      inWindow: 'the REST client does not refresh ahead',
    },
  },

  async open({ grants = 1, ...wanted }) {
    const authUrl = `${addressOf(wanted)}/ably/token`;
    const clients = range(grants).map(() => new Rest({ authUrl, useTokenAuth: true, logLevel: 0 }));
    const header = async (i) => (await clients[i].auth.getAuthHeaders()).authorization;
    return {
      token: async (i) => atob((await header(i)).slice(BEARER)),
      header,
      close: async () => {},
    };
  },
};
