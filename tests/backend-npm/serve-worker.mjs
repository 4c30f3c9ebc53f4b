// The worker at PORT, for the conformance kit.

import { serveWorker } from './support/worker.mjs';

const { BOX_API, PORT } = process.env;

const miniflare = await serveWorker('wrangler', {
  name: `kit-${PORT}`,
  port: Number(PORT),
  bindings: { BOX_API },
});
console.log(String(await miniflare.ready));
