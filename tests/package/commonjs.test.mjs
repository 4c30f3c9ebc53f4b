// The package as CommonJS, which Jest takes: made of the same files.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { appSource, outputDirectory, packageDirectory } from './support/app.mjs';
import { esbuild, rollup, vite, webpack } from './support/bundlers.mjs';

const ENTRIES = [
  'index', 'slim', 'adapters', 'box', 'keeper', 'media', 'media-worker', 'testing', 'vault', 'worker',
];
const require = createRequire(import.meta.url);

for (const entry of ENTRIES) {
  test(`cjs/${entry}.js has what ${entry}.js has`, async () => {
    const required = require(join(packageDirectory, 'cjs', `${entry}.js`));
    const imported = await import(pathToFileURL(join(packageDirectory, `${entry}.js`)));
    assert.deepEqual(Object.keys(required).sort(), Object.keys(imported).sort());
  });

  test(`import of cjs/${entry}.js finds its names, too`, async () => {
    const imported = await import(pathToFileURL(join(packageDirectory, 'cjs', `${entry}.js`)));
    const required = require(join(packageDirectory, 'cjs', `${entry}.js`));
    for (const name of Object.keys(required)) assert.equal(imported[name], required[name], name);
  });
}

test('a client of the CommonJS copy gets a token', async () => {
  const { createTokenClient } = require(join(packageDirectory, 'cjs/index.js'));
  const client = await createTokenClient({ getToken: () => ({ access_token: 'FAKE', expires_in: 60 }) });
  assert.equal(await client.grant({ scopes: ['read'] }).token(), 'FAKE');
  await client.close();
});

test('slim as CommonJS says that it needs the file, and names the entry that does not', async () => {
  // It has started above, for both entries.
  for (const file of Object.keys(require.cache)) if (file.startsWith(packageDirectory)) delete require.cache[file];
  const { createTokenClient } = require(join(packageDirectory, 'cjs/slim.js'));
  const error = await createTokenClient({ tokenEndpoint: 'https://app.example/token' }).catch((error) => error);
  assert.equal(error.code, 'unsupported');
  assert.match(error.message, /could not be loaded.*Import 'downscope'/);
});

for (const bundler of [esbuild, rollup, vite, webpack]) {
  test(`${bundler.name} takes the modules`, async () => {
    const directory = await outputDirectory(`modules-${bundler.name}`);
    await bundler(await appSource('default.js'), directory);
    assert.equal(copiesIn(await readFile(join(directory, 'main.js'), 'utf8')), 1);
  });
}

for (const bundler of [esbuild, webpack]) {
  test(`${bundler.name} puts one copy into a bundle that imports and requires`, async () => {
    const directory = await outputDirectory(`both-${bundler.name}`);
    const source = await appSource('default.js');
    const both = join(dirname(source), 'both.js');
    await writeFile(both, "import './default.js';\nimport './required.cjs';\n");
    await writeFile(
      join(dirname(source), 'required.cjs'),
      "globalThis.required = require('downscope').createTokenClient;\n",
    );
    await bundler(both, directory);
    assert.equal(copiesIn(await readFile(join(directory, 'main.js'), 'utf8')), 1);
  });
}

/** How often a bundle has the WebAssembly: gzip in base64 begins so. */
function copiesIn(bundle) {
  return bundle.split('H4sIA').length - 1;
}
