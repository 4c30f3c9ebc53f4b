// The packed tarball in an app, put through bundlers, in a real browser, under
// a content security policy that allows only what WebAssembly needs.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { appSource, outputDirectory, packageDirectory } from './support/app.mjs';
import { launch, tokenOf } from './support/browser.mjs';
import { esbuild, rollup, vite, webpack } from './support/bundlers.mjs';
import { serve, stubToken } from './support/server.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

for (const bundler of [esbuild, rollup, vite, webpack]) {
  test(`the default entry gets a token, with no configuration, out of ${bundler.name}`, async () => {
    await getsToken(bundler, 'default.js');
  });
}

for (const bundler of [vite, webpack]) {
  test(`the slim entry gets a token, with no configuration, out of ${bundler.name}`, async () => {
    await getsToken(bundler, 'slim.js');
  });
}

test('the slim entry gets a token out of esbuild, told where the WebAssembly is', async () => {
  await getsToken(esbuild, 'slim-by-source.js', { loader: { '.wasm': 'file' } });
});

for (const entry of ['index.js', 'slim.js']) {
  test(`${entry} gets a token without a bundler, from a script in the page`, async () => {
    const page = `<!doctype html><title>app</title><script type="module" nonce="page">
      import { createTokenClient } from './${entry}';
      globalThis.token = createTokenClient({ tokenEndpoint: '/token' })
        .then((client) => client.grant({ scopes: ['read'] }).token());
    </script>`;
    await servesToken(packageDirectory, page);
  });
}

async function getsToken(bundler, source, extra) {
  const directory = await outputDirectory(`${bundler.name}-${source}`);
  await bundler(await appSource(source), directory, extra);
  await servesToken(directory);
}

async function servesToken(directory, page) {
  const server = await serve(directory, page);
  try {
    assert.equal(await tokenOf(browser, server), stubToken);
    assert.equal(server.tokenRequests, 1);
  } finally {
    await server.close();
  }
}
