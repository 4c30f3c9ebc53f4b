// Where else than in the page of an app: in its workers, in the service worker of an extension,
// twice in one page.

import assert from 'node:assert/strict';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { chromium } from 'playwright-core';

import { launchOptions } from '../package/support/browser.mjs';
import { asking, makeApp } from './support/app.mjs';
import { serve, TOKEN } from './support/serve.mjs';
import { setUp } from './support/stage.mjs';
import { build, develop } from './support/tool.mjs';

const stage = setUp();

/** A dedicated and a shared worker, each with a client of its own; the page tells what they tell. */
const WITH_WORKERS = `
  const tokenEndpoint = new URL(location.href).searchParams.get('endpoint');
  const dedicated = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  const { port: shared } = new SharedWorker(new URL('./worker.js', import.meta.url), { type: 'module' });
  const answers = [dedicated, shared].map((port) => new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(data);
    port.postMessage(tokenEndpoint);
  }));
  globalThis.outcome = Promise.all(answers).then(([one, other]) => (one === other ? one : { one, other }));
`;

const workerWith = (entry) => `
  import { createTokenClient } from '${entry}';
  const listen = (port) => {
    port.onmessage = async ({ data: tokenEndpoint }) => {
      const client = await createTokenClient({ tokenEndpoint });
      port.postMessage(await client.grant({ scopes: ['read'] }).token());
    };
  };
  if (globalThis.SharedWorkerGlobalScope) globalThis.onconnect = ({ ports: [port] }) => listen(port);
  else listen(globalThis);
`;

/** Workers are made from addresses, which Trusted Types would want a policy for. */
const FOR_WORKERS = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' http://127.0.0.1:*; img-src data:";

describe('in a dedicated and in a shared worker, a token', { concurrency: 2 }, () => {
  for (const tool of ['vite8', 'webpack']) {
    for (const entry of ['downscope', 'downscope/slim']) {
      const make = (mode) =>
        makeApp(`workers-${mode}-${tool}-${entry.replace('/', '-')}`, WITH_WORKERS, { 'src/worker.js': workerWith(entry) });
      test(`with ${entry}, built by ${tool}`, async () => {
        const app = await make('built');
        await build(tool, app);
        const served = await serve(join(app, 'dist'), FOR_WORKERS);
        try {
          await stage.tokenAt(served.origin);
        } finally {
          await served.close();
        }
      });
      test(`with ${entry}, from the development server of ${tool}`, async () => {
        const server = await develop(tool, await make('developed'));
        try {
          await stage.tokenAt(server.url);
        } finally {
          await server.close();
        }
      });
    }
  }
});

test('two copies in one page, of two toolchains, each get a token, and the console is told', async () => {
  const both = await makeApp('copies', '');
  await mkdir(join(both, 'dist'));
  for (const tool of ['esbuild', 'webpack']) {
    const app = await makeApp(`copy-${tool}`, asking('downscope').replace('globalThis.outcome', `globalThis.${tool}`));
    await build(tool, app);
    await copyFile(join(app, 'dist', 'main.js'), join(both, 'dist', `${tool}.js`));
  }
  await writeFile(
    join(both, 'dist', 'index.html'),
    '<!doctype html><title>app</title><link rel="icon" href="data:,">' +
      '<script type="module" src="esbuild.js"></script><script type="module" src="webpack.js"></script>',
  );
  const served = await serve(join(both, 'dist'));
  const page = await stage.browser.newPage();
  try {
    const warnings = [];
    page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
    await page.goto(`${served.origin}?endpoint=${encodeURIComponent(`${stage.endpoint.origin}/token`)}`);
    await page.waitForFunction('globalThis.webpack && globalThis.esbuild');
    assert.deepEqual(await page.evaluate('Promise.all([globalThis.esbuild, globalThis.webpack])'), [TOKEN, TOKEN]);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /^downscope: second_copy: /);
  } finally {
    await page.close();
    await served.close();
  }
});

for (const entry of ['downscope', 'downscope/slim']) {
  test(`in the service worker of an extension (manifest version 3), ${entry} gets a token`, async () => {
    const endpoint = JSON.stringify(`${stage.endpoint.origin}/token`);
    const name = entry.replace('/', '-');
    const app = await makeApp(`extension-${name}`, asking(entry).replace(/new URL\(location.*$/m, `${endpoint};`));
    await build('esbuild', app);
    await copyFile(join(app, 'node_modules/downscope/downscope_bg.wasm'), join(app, 'dist/downscope_bg.wasm'));
    await writeFile(
      join(app, 'dist', 'manifest.json'),
      JSON.stringify({
        manifest_version: 3,
        name: 'app',
        version: '1',
        background: { service_worker: 'main.js', type: 'module' },
        content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'" },
        host_permissions: ['http://127.0.0.1/*'],
      }),
    );
    const profile = join(app, 'profile');
    await rm(profile, { recursive: true, force: true });
    const extension = join(app, 'dist');
    const context = await chromium.launchPersistentContext(profile, {
      ...launchOptions,
      args: [...launchOptions.args, `--load-extension=${extension}`, '--disable-features=DisableLoadExtensionCommandLineSwitch'],
      ignoreDefaultArgs: ['--disable-extensions'],
    });
    try {
      const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
      assert.equal(await worker.evaluate('globalThis.outcome'), TOKEN);
    } finally {
      await context.close();
    }
  });
}
