const SETTINGS = { configFile: false, logLevel: 'error' };

export async function build(root, version) {
  const { build } = await import(version);
  await build({ ...SETTINGS, root });
}

export async function develop(root, version, port) {
  const { createServer } = await import(version);
  const server = await createServer({ ...SETTINGS, root, cacheDir: `${root}/.vite`, server: { host: '127.0.0.1', port } });
  await server.listen();
  return { url: server.resolvedUrls.local[0], close: () => server.close() };
}
