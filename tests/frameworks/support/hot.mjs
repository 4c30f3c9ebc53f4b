// Apps that Vite reloads hot, beside React and the package, against the reference backend.

import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { createServer } from 'vite';

const home = fileURLToPath(new URL('../.hot', import.meta.url));

const PAGE = '<!doctype html><div id="root"></div><script type="module" src="main.jsx"></script>';

/**
 * Serves an app until `close()`, and opens it in a page. `loads` are how often that was loaded,
 * `warnings` what this package told its console.
 */
export async function openApp(name, files, { server, browser }) {
  const root = join(home, name);
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  for (const [file, text] of Object.entries({ 'index.html': PAGE, ...files })) await writeFile(join(root, file), text);
  const vite = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    cacheDir: join(root, '.vite'),
    plugins: [react()],
    server: { host: '127.0.0.1', port: 0, proxy: { '/api': { target: server.app, configure: toBackendOf(server) } } },
  });
  await vite.listen();

  const page = await browser.newPage();
  page.setDefaultTimeout(60_000);
  const app = { page, loads: 0, warnings: [], edit, close };
  page.on('load', () => (app.loads += 1));
  page.on('console', (message) => /^downscope:/.test(message.text()) && app.warnings.push(message.text()));
  await page.goto(vite.resolvedUrls.local[0]);
  return app;

  /** Changes a file of the app as an editor would: nobody reads half of it. */
  async function edit(file, change) {
    const path = join(root, file);
    await writeFile(`${path}~`, change(await readFile(path, 'utf8')));
    await rename(`${path}~`, path);
  }

  async function close() {
    await Promise.all([page.close(), vite.close()]);
    await rm(root, { recursive: true, force: true });
  }
}

/** The backend gives tokens to its own page, which Vite serves here. */
const toBackendOf = (server) => (proxy) =>
  proxy.on('proxyReq', (request) => request.setHeader('origin', server.app).setHeader('host', new URL(server.app).host));
