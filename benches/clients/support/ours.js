// Clients with the interface of downscope.

import { addressOf, range, resourceOf } from './address.js';

const SCOPES = ['item_read'];

/** An hour-long token is refreshed from minute 47:30 on at the earliest, 50 at the latest, and used until minute 55. */
const IN_WINDOW = 450;

/** The client `id`, of which `create` makes one with these options. */
export const ours = (id, create) => ({
  id,
  store: 'memory',
  note: 'counts an hour-long token as expired for its last 5 minutes (`expiryMargin`)',
  can: { peek: true, header: false, grants: 10_000, length: 1, why: {} },
  inWindow: IN_WINDOW,

  async open({ grants = 1, ...wanted }) {
    const address = addressOf(wanted);
    const client = await create({
      tokenEndpoint: `${address}/token`,
      revokeEndpoint: `${address}/revoke`,
      maxGrants: Math.max(1024, grants),
    });
    const held = range(grants).map((i) =>
      client.grant({ resource: resourceOf(i), scopes: SCOPES }),
    );
    return {
      token: (i) => held[i].token(),
      peek: (i) => held[i].peek(),
      close: () => client.close(),
    };
  },
});
