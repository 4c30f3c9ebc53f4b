// The package is the facade and what is generated behind it, and nothing that a
// tool has left beside them.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { inCheckout, packageDirectory } from '../e2e/support/server.mjs';

const GENERATED = ['downscope_bg.wasm', 'glue.js', 'inline.js', 'names.js'];
const DOCUMENTS = ['CHANGELOG.md', 'LICENSE-APACHE', 'LICENSE-MIT', 'README.md'];

test('the package holds the facade, what is generated and the documents', async () => {
  const facade = await readdir(inCheckout('pkg-template'));
  const files = await readdir(packageDirectory, { recursive: true });
  assert.deepEqual(files.sort(), [...facade, ...GENERATED, ...DOCUMENTS].sort());
});

test('its exports are those of the facade', async () => {
  const [written, found] = await Promise.all(
    [inCheckout('pkg-template'), packageDirectory].map(async (directory) =>
      JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')),
    ),
  );
  assert.match(found.version, /^\d+\.\d+\.\d+/);
  assert.deepEqual({ ...found, version: written.version }, written);
});
