// `downscope/slim` in Vite's development server. Up to version 7 it puts the
// scripts of a package elsewhere and leaves the file beside them behind.

import assert from 'node:assert/strict';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { outputDirectory, packageDirectory } from './support/app.mjs';
import { launch } from './support/browser.mjs';

/** By the names that the root package.json gives them. */
const VERSIONS = ['vite5', 'vite6', 'vite7'];

const SCRIPT = `
  import { createTokenClient } from 'downscope/slim';
  globalThis.outcome = createTokenClient({ getToken: () => ({ access_token: 'FAKE', expires_in: 60 }) })
    .then((client) => client.grant({ scopes: ['read'] }).token())
    .catch(({ code, message }) => ({ code, message }));
`;

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

for (const version of VERSIONS) {
  test(`in ${version}, without configuration, the error names the one that it takes`, async () => {
    const { code, message } = await outcomeIn(version, {});
    assert.equal(code, 'unsupported');
    assert.match(message, /optimizeDeps: \{ exclude: \['downscope'\] \}/);
  });

  test(`in ${version}, with that configuration, a token arrives`, async () => {
    assert.equal(await outcomeIn(version, { optimizeDeps: { exclude: ['downscope'] } }), 'FAKE');
  });
}

async function outcomeIn(version, configuration) {
  const root = await outputDirectory(`${version}-dev`);
  await cp(packageDirectory, join(root, 'node_modules', 'downscope'), { recursive: true });
  await writeFile(join(root, 'package.json'), '{ "type": "module", "dependencies": { "downscope": "*" } }');
  await writeFile(join(root, 'index.html'), '<!doctype html><script type="module" src="main.js"></script>');
  await writeFile(join(root, 'main.js'), SCRIPT);

  const { createServer } = await import(version);
  const listening = { host: '127.0.0.1', port: 0, watch: null };
  const settings = { configFile: false, root, logLevel: 'error', server: listening };
  const server = await createServer({ ...settings, ...configuration });
  const page = await browser.newPage();
  try {
    await server.listen();
    await page.goto(server.resolvedUrls.local[0]);
    await page.waitForFunction('globalThis.outcome');
    return await page.evaluate('globalThis.outcome');
  } finally {
    await page.close();
    await server.close();
  }
}
