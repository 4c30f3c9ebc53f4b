// For bundlers that do not follow `new URL(..., import.meta.url)`: the app says
// where its bundler put the file.
import wasm from 'downscope/downscope_bg.wasm';
import { createTokenClient, initialize } from 'downscope/slim';

globalThis.token = initialize(new URL(wasm, import.meta.url))
  .then(() => createTokenClient({ tokenEndpoint: '/token' }))
  .then((client) => client.grant({ scopes: ['read'] }).token());
