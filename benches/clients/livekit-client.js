// The TokenSource of livekit-client, with an endpoint of the app's own. It
// remembers one set of options, so each grant is a source.

import { TokenSource } from 'livekit-client';

import { addressOf, range } from './support/address.js';

export default {
  id: 'livekit-client',
  store: 'memory',
  can: {
    peek: false,
    header: false,
    grants: 10_000,
    length: 150,
    why: { peek: 'fetch is asynchronous', length: 'its tokens are JWTs' },
  },
  // It counts a token as expired for the last 60 seconds.
  inWindow: 30,

  async open({ grants = 1, ...wanted }) {
    const endpoint = `${addressOf(wanted)}/livekit/token`;
    const rooms = range(grants).map((i) => ({
      source: TokenSource.endpoint(endpoint),
      options: { roomName: `file-${i}` },
    }));
    return {
      token: async (i) => {
        const { source, options } = rooms[i];
        const { participantToken } = await source.fetch(options);
        return participantToken;
      },
      close: async () => {},
    };
  },
};
