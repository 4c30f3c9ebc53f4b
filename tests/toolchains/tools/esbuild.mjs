import { copyFile } from 'node:fs/promises';

import { build as bundle, context } from 'esbuild';

const settingsFor = (app) => ({
  entryPoints: { main: `${app}/src/index.js` },
  outdir: `${app}/dist`,
  bundle: true,
  format: 'esm',
  logLevel: 'error',
});

export async function build(app) {
  await bundle({ ...settingsFor(app), minify: true });
  await copyFile(`${app}/page.html`, `${app}/dist/index.html`);
}

export async function develop(app, _, port) {
  const server = await context(settingsFor(app));
  await server.serve({ host: '127.0.0.1', port, servedir: `${app}/dist` });
  await server.rebuild();
  await copyFile(`${app}/page.html`, `${app}/dist/index.html`);
  return { url: `http://127.0.0.1:${port}/`, close: () => server.dispose() };
}
