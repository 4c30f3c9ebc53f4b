// `downscope/react` where there is no page: in Node, as servers render.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';

import { bundle, installPackage, REACT } from './support/bundle.mjs';

before(installPackage);

/** What a module leaves with `parentPort.postMessage`, in a thread of its own. */
const answerOf = (source) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
    worker.once('message', resolve).once('error', reject);
  });

for (const version of Object.keys(REACT)) {
  test(`React ${version} renders on a server without WebAssembly, a request, a timer or a client`, async () => {
    const directory = await bundle(`ssr${version}`, ['react.jsx'], { version: Number(version), platform: 'node' });
    const page = pathToFileURL(join(directory, 'react.mjs'));
    const [rendered, opened] = await answerOf(`
      import { parentPort } from 'node:worker_threads';
      const refuse = (name) => () => { throw new Error(name + ' was called'); };
      globalThis.fetch = refuse('fetch');
      globalThis.setTimeout = refuse('setTimeout');
      delete globalThis.WebAssembly;
      await import('${page}');
      parentPort.postMessage([lab.render(), lab.opened]);
    `);
    assert.match(rendered, /101 loading/);
    assert.equal(opened, 0);
  });
}

test('its names are those that are declared', async () => {
  assert.deepEqual(Object.keys(await import('downscope/react')).sort(), ['TokenProvider', 'useGrant']);
});

test('it is for the client in the eyes of a bundler for server components', async () => {
  const { readFile } = await import('node:fs/promises');
  const source = await readFile(new URL('./node_modules/downscope/react.js', import.meta.url), 'utf8');
  assert.match(source, /^(\/\/.*\n)*'use client';/);
});
