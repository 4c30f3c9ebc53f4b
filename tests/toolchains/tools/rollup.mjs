import { copyFile } from 'node:fs/promises';

import { nodeResolve } from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';

/** It has no development server, and builds for production unless NODE_ENV says something else. */
export async function build(app) {
  const bundle = await rollup({ input: `${app}/src/index.js`, plugins: [nodeResolve()] });
  await bundle.write({ file: `${app}/dist/main.js`, format: 'es' });
  await bundle.close();
  await copyFile(`${app}/page.html`, `${app}/dist/index.html`);
}
