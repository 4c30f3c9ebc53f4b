// The client, once for the page. A module of its own, so that no component makes another.

import { createTokenClient } from 'downscope';

let client;
export const openClient = () =>
  (client ??= createTokenClient({
    tokenEndpoint: '/api/token',
    revokeEndpoint: '/api/revoke',
    headers: { 'X-Downscope': '1' },
  }));

// Hot reloading evaluates this file again after each edit, and would leave a client each time.
if (import.meta.hot) {
  import.meta.hot.data.close?.();
  import.meta.hot.data.close = async () => (await client)?.close();
}
