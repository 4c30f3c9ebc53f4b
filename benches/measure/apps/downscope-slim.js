// As bundlers need it that do not follow `new URL(..., import.meta.url)`.
import wasm from 'downscope/downscope_bg.wasm?url';
import { createTokenClient, initialize } from 'downscope/slim';

globalThis.token = initialize(new URL(wasm, import.meta.url))
  .then(() => createTokenClient({ tokenEndpoint: '/token', revokeEndpoint: '/revoke' }))
  .then((client) => client.grant({ scopes: ['read'] }).token());
