import { copyFile } from 'node:fs/promises';

import webpack from 'webpack';
import WebpackDevServer from 'webpack-dev-server';

const compilerOf = (app, mode) => webpack({ mode, context: app, output: { path: `${app}/dist` } });

export async function build(app) {
  const compiler = compilerOf(app, 'production');
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, result) => (error ? reject(error) : resolve(result)));
  });
  await new Promise((resolve) => compiler.close(resolve));
  if (stats.hasErrors()) throw new Error(stats.toString('errors-only'));
  await copyFile(`${app}/page.html`, `${app}/dist/index.html`);
}

export async function develop(app, _, port) {
  const options = { host: '127.0.0.1', port, static: { directory: app }, client: { logging: 'error' } };
  const server = new WebpackDevServer(options, compilerOf(app, 'development'));
  server.compiler.options.infrastructureLogging = { level: 'error' };
  await server.start();
  return { url: `http://127.0.0.1:${port}/page.html`, close: () => server.stop() };
}
