// What a page, a worker and a frame download for each: a minimal app, bundled and minified by esbuild, and the
// WebAssembly that it loads.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { build } from 'esbuild';

import { packageDirectory } from '../measure/paths.mjs';

/** What each app takes of the package, and where it runs. */
const APPS = {
  'downscope': ['index.js', 'createTokenClient', 'page'],
  'downscope/worker': ['worker.js', 'createTokenClient', 'page'],
  'downscope/vault': ['vault.js', 'createTokenClient', 'page'],
  'downscope/keeper': ['keeper.js', 'serveKeeper', 'keeper'],
  'downscope/media': ['media.js', 'mediaOf', 'page'],
  'downscope/media-worker': ['media-worker.js', 'serveMedia', 'service worker'],
};

/** Rows `{ name, place, raw, gzip, brotli }`, in bytes; each file is compressed by itself. */
export async function sizes() {
  const rows = [];
  for (const [name, [file, taken, place]] of Object.entries(APPS)) {
    const size = { raw: 0, gzip: 0, brotli: 0 };
    for (const bytes of await filesOf(file, taken)) {
      size.raw += bytes.length;
      size.gzip += gzipSync(bytes, { level: 9 }).length;
      size.brotli += brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
    }
    rows.push({ name, place, ...size });
  }
  return rows;
}

async function filesOf(file, taken) {
  const path = join(packageDirectory, file);
  const { outputFiles } = await build({
    stdin: {
      contents: `import { ${taken} } from ${JSON.stringify(path)}; globalThis.app = ${taken};`,
      resolveDir: packageDirectory,
    },
    bundle: true,
    format: 'esm',
    minify: true,
    write: false,
    logLevel: 'error',
  });
  const [{ contents, text }] = outputFiles;
  const named = new Set([...text.matchAll(/["'`](?:\.\/)?([\w-]+\.wasm)["'`]/g)].map(([, name]) => name));
  return [contents, ...(await Promise.all([...named].map((name) => readFile(join(packageDirectory, name)))))];
}
