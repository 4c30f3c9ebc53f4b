// The service worker of an app that serves media: bundled, or the prebuilt script.

import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';

import { appDirectory, outputDirectory, packageDirectory } from './support/app.mjs';
import { esbuild, rollup, vite, webpack } from './support/bundlers.mjs';

for (const bundler of [esbuild, rollup, vite, webpack]) {
  test(`${bundler.name} makes one file of a worker that serves media`, async () => {
    const source = join(appDirectory, 'src', 'sw.js');
    await mkdir(dirname(source), { recursive: true });
    await writeFile(
      source,
      "import { serveMedia } from 'downscope/media-worker';\nserveMedia({ origins: ['https://api.example'] });\n",
    );
    const directory = await outputDirectory(`sw-${bundler.name}`);
    await bundler(source, directory);
    const text = await readFile(join(directory, 'main.js'), 'utf8');
    assert.doesNotMatch(text, /^import\b/m);
    assert.deepEqual(listenersOf(text), ['fetch', 'message']);
  });
}

test('the prebuilt script is one, and has what the module has', async () => {
  const text = await readFile(join(packageDirectory, 'media-worker-classic.js'), 'utf8');
  assert.deepEqual(listenersOf(`${text};\ndownscopeMedia.serveMedia({ origins: [] });`), ['fetch', 'message']);
  assert.equal(runInNewContext(`${text};\nObject.keys(downscopeMedia).join()`), 'serveMedia');
});

const WRONG = {
  'no origins': '{}',
  'origins that are no list': "{ origins: 'https://api.example' }",
  'a path of another origin': "{ origins: [], path: 'https://elsewhere.example/media/' }",
  'a path that is no folder': "{ origins: [], path: 'media' }",
};

for (const [name, options] of Object.entries(WRONG)) {
  test(`a worker with ${name} does not start`, async () => {
    const text = await readFile(join(packageDirectory, 'media-worker-classic.js'), 'utf8');
    assert.throws(() => listenersOf(`${text};\ndownscopeMedia.serveMedia(${options});`), { name: 'TypeError', message: /^serveMedia: / });
  });
}

/** What a script listens to in a worker. */
function listenersOf(script) {
  const types = [];
  runInNewContext(script, {
    URL,
    addEventListener: (type) => types.push(type),
    clients: {},
    location: new URL('https://app.example/sw.js'),
    registration: { scope: 'https://app.example/' },
  });
  return types.sort();
}
