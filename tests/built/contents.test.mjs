// The package is the facade and what is generated behind it, and nothing that a
// tool has left beside them.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { inCheckout, packageDirectory } from '../e2e/support/server.mjs';

const GENERATED = [
  'downscope_bg.wasm', 'glue.js', 'inline.js', 'names.js',
  // The keeper's policy is a module of its own.
  'keeper-glue.js', 'keeper-inline.js', 'keeper-names.js',
];
const DOCUMENTS = ['CHANGELOG.md', 'LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'SECURITY.md', 'THIRD-PARTY-NOTICES.txt'];
/** Travel along, so that what the README links is at hand. */
const GUIDES = ['docs/guide', 'docs/reference'];

test('the package holds the facade, what is generated and the documents', async () => {
  const facade = await readdir(inCheckout('pkg-template'));
  const files = await readdir(packageDirectory, { recursive: true });
  const modules = [...facade, ...GENERATED];
  // All scripts once more as CommonJS, with their declarations.
  const copies = modules.filter((name) => /\.(js|d\.ts)$/.test(name)).map((name) => join('cjs', name));
  const guides = await Promise.all(GUIDES.map(contentsOf));
  // For service workers that are no modules; it is one file as it stands.
  const others = ['media-worker-classic.js', 'cjs', join('cjs', 'package.json'), ...DOCUMENTS, 'docs', ...guides.flat()];
  assert.deepEqual(files.sort(), [...modules, ...copies, ...others].sort());
});

async function contentsOf(directory) {
  const files = await readdir(inCheckout(directory), { recursive: true });
  return [directory, ...files.map((file) => `${directory}/${file}`)];
}

test('its exports are those of the facade', async () => {
  const [written, found] = await Promise.all(
    [inCheckout('pkg-template'), packageDirectory].map(async (directory) =>
      JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')),
    ),
  );
  assert.match(found.version, /^\d+\.\d+\.\d+/);
  // Where the repository is goes in as well, once that is settled.
  const { repository, homepage, bugs, ...rest } = found;
  assert.deepEqual({ ...rest, version: written.version }, written);
});
