import { createRsbuild } from '@rsbuild/core';

const open = (cwd, settings) => createRsbuild({ cwd, config: { logLevel: 'error', ...settings } });

export async function build(app) {
  const rsbuild = await open(app, {});
  const { close } = await rsbuild.build();
  await close();
}

export async function develop(app, _, port) {
  const rsbuild = await open(app, { server: { host: '127.0.0.1', port } });
  const { server } = await rsbuild.startDevServer();
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}
