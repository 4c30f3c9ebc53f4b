// A worker at the edge: nothing is kept from one request to the next.

import { env, waitUntil } from 'cloudflare:workers';

import { createBackend, stateless } from 'downscope-backend';

import { FILES, rulesOf } from './rules.mjs';

// Here no randomness, no timer and no request is allowed yet: it begins with the first request.
const backend = createBackend({
  ...rulesOf(env.BOX_API, FILES),
  store: stateless(),
  waitUntil,
});

export default { fetch: backend.handle };
