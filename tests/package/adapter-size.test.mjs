// What an adapter adds to an app that has a client: minified, with brotli. `cargo xtask size`
// prints it by subpath; an app pays for what it imports.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';

import { appDirectory, appSource, outputDirectory } from './support/app.mjs';
import { esbuild } from './support/bundlers.mjs';

/** The most that each may come to, in bytes. */
const LIMITS = {
  'downscope/box': { '*': 1500 },
  // Without WebAssembly: an app has these in place of a client.
  'downscope/vault': { '*': 5000 },
  'downscope/worker': { '*': 5000 },
  'downscope/react': { '*': 819 },
  'downscope/media': { '*': 1600 },
  'downscope/media-worker': { '*': 2100 },
  'downscope/adapters': { follow: 400, tokenCredential: 400, withExpiry: 400 },
};

for (const [subpath, limits] of Object.entries(LIMITS)) {
  for (const [name, limit] of Object.entries(limits)) {
    test(`${name} of ${subpath} is at most ${limit} bytes`, async () => {
      const source = join(appDirectory, 'src', 'adapter.js');
      await mkdir(dirname(source), { recursive: true });
      await writeFile(source, `export ${name === '*' ? name : `{ ${name} }`} from '${subpath}';\n`);
      const directory = await outputDirectory('size-of-an-adapter');
      await esbuild(source, directory, { external: ['react'] });
      const { length } = brotliCompressSync(await readFile(join(directory, 'main.js')));
      assert.ok(length <= limit, `${length} bytes`);
      // Nothing of it is left out because the bundler found no use for it.
      assert.ok(length > 50, `${length} bytes`);
    });
  }
}

test('an app that imports a client has none of the adapters', async () => {
  const directory = await outputDirectory('size-without');
  await esbuild(await appSource('default.js'), directory);
  const bundle = await readFile(join(directory, 'main.js'), 'utf8');
  assert.doesNotMatch(bundle, /base_explorer|expiresOnTimestamp|useSyncExternalStore/);
});
