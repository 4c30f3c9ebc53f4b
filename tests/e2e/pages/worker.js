// The SDK in a dedicated worker: takes orders, answers with what became of them.

import { createTokenClient } from '/pkg/index.js';

let grant;

const orders = {
  async open({ api }) {
    const client = await createTokenClient({
      tokenEndpoint: '/api/token',
      revokeEndpoint: '/api/revoke',
      headers: { 'X-Downscope': '1' },
    });
    const resource = `${api}/2.0/files/101`;
    grant = client.grant({ resource, scopes: ['base_preview'] });
  },
  token: () => grant.token(),
  async fetch() {
    const response = await grant.fetch(grant.resource);
    return response.status;
  },
  revoke: () => grant.revoke(),
};

addEventListener('message', async ({ data: { order, ...rest } }) => {
  postMessage(await orders[order](rest));
});
