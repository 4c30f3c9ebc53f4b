// Prints the sizes of both entries in two bundlers' output, and those of the
// adapters by themselves, as JSON.

import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { bundleAdapters } from './adapters.mjs';
import { appSource, outputDirectory } from './app.mjs';
import { esbuild, vite } from './bundlers.mjs';

const wasmAsFile = { loader: { '.wasm': 'file' } };
const measured = [
  { entry: 'slim', source: 'slim.js', bundler: vite },
  { entry: 'slim', source: 'slim-by-source.js', bundler: esbuild, extra: wasmAsFile },
  { entry: 'default', source: 'default.js', bundler: vite },
  { entry: 'default', source: 'default.js', bundler: esbuild },
];

const bundles = [];
for (const { entry, source, bundler, extra } of measured) {
  const directory = await outputDirectory(`size-${entry}-${bundler.name}`);
  await bundler(await appSource(source), directory, extra);
  bundles.push({ entry, bundler: bundler.name, size: await sizeOf(directory) });
}
const adapters = {};
for (const [subpath, directory] of Object.entries(await bundleAdapters())) {
  adapters[subpath] = await sizeOf(directory);
}
console.log(JSON.stringify({ bundles, adapters }));

async function sizeOf(directory) {
  const size = { raw: 0, gzip: 0, brotli: 0 };
  for (const name of await readdir(directory, { recursive: true })) {
    if (!['.js', '.wasm'].includes(extname(name))) continue;
    const bytes = await readFile(join(directory, name));
    size.raw += bytes.length;
    size.gzip += gzipSync(bytes, { level: 9 }).length;
    size.brotli += brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }).length;
  }
  return size;
}
