// What the entry of an app does: a client, a grant, its first token.

import { createTokenClient, initialize } from '/pkg/slim.js';

const { searchParams } = new URL(location.href);

async function start() {
  // Where the page has begun to fetch it.
  if (globalThis.wasm) initialize(wasm);
  const client = await createTokenClient({
    tokenEndpoint: searchParams.get('endpoint') ?? '/api/token',
    headers: { 'X-Downscope': '1' },
  });
  const resource = `${searchParams.get('api')}/2.0/files/101`;
  return client.grant({ resource, scopes: ['base_preview'] }).token();
}

globalThis.started = start();
