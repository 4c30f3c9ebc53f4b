// What a page downloads for each client: a minimal app, as two bundlers put it.

import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import * as esbuild from 'esbuild';
import * as vite from 'vite';

import { outDirectory, packageDirectory, root } from './paths.mjs';

/** The package is where it was built, and not in `node_modules`. */
const PACKAGE = {
  'downscope/downscope_bg.wasm': join(packageDirectory, 'downscope_bg.wasm'),
  'downscope/slim': join(packageDirectory, 'slim.js'),
  downscope: join(packageDirectory, 'index.js'),
};

const BUNDLERS = {
  async esbuild(entry, outdir) {
    await esbuild.build({
      entryPoints: { main: entry },
      outdir,
      bundle: true,
      format: 'esm',
      minify: true,
      logLevel: 'error',
      loader: { '.wasm': 'file' },
      plugins: [{ name: 'downscope', setup: resolvePackage }],
    });
  },

  async vite(entry, outDir) {
    await vite.build({
      configFile: false,
      root: join(root, 'benches'),
      base: './',
      logLevel: 'error',
      // A file, whatever its size: inlined it would be a third larger.
      build: {
        outDir,
        emptyOutDir: true,
        assetsInlineLimit: 0,
        rollupOptions: { input: { main: entry }, output: { entryFileNames: '[name].js' } },
      },
      resolve: {
        alias: Object.entries(PACKAGE).map(([name, file]) => ({
          find: new RegExp(`^${name.replaceAll('.', '\\.')}(?=$|\\?)`),
          replacement: file,
        })),
      },
    });
  },
};

/** Rows `{ id, bundler, files, raw, gzip, brotli }`, in bytes; each file is compressed by itself. */
export async function sizes(ids) {
  const rows = [];
  for (const id of ids) {
    for (const [bundler, build] of Object.entries(BUNDLERS)) {
      const directory = join(outDirectory, 'bench/apps', bundler, id);
      await rm(directory, { recursive: true, force: true });
      await mkdir(directory, { recursive: true });
      await build(join(root, `benches/measure/apps/${id}.js`), directory);
      rows.push({ id, bundler, ...(await sizeOf(directory)) });
    }
  }
  return rows;
}

function resolvePackage({ onResolve }) {
  onResolve({ filter: /^downscope(\/|$)/ }, ({ path }) => ({ path: PACKAGE[path.replace('?url', '')] }));
}

async function sizeOf(directory) {
  const size = { files: 0, raw: 0, gzip: 0, brotli: 0 };
  for (const name of await readdir(directory, { recursive: true })) {
    if (!['.js', '.wasm'].includes(extname(name))) continue;
    const bytes = await readFile(join(directory, name));
    size.files += 1;
    size.raw += bytes.length;
    size.gzip += gzipSync(bytes, { level: 9 }).length;
    size.brotli += brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }).length;
  }
  return size;
}
