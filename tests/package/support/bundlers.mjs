// Bundlers as an app would call them: an entry in, `main.js` and what it loads
// out. `extra` is the configuration that an app has to add for this package.

import { dirname } from 'node:path';

import { nodeResolve } from '@rollup/plugin-node-resolve';
import * as esbuildApi from 'esbuild';
import { rollup as rollupApi } from 'rollup';
import * as viteApi from 'vite';
import webpackApi from 'webpack';

export async function esbuild(entry, directory, extra = {}) {
  await esbuildApi.build({
    entryPoints: { main: entry },
    outdir: directory,
    bundle: true,
    format: 'esm',
    minify: true,
    logLevel: 'error',
    ...extra,
  });
}

export async function rollup(entry, directory) {
  const bundle = await rollupApi({ input: { main: entry }, plugins: [nodeResolve()] });
  await bundle.write({ dir: directory, format: 'es' });
  await bundle.close();
}

export async function vite(entry, directory) {
  await viteApi.build({
    configFile: false,
    root: dirname(entry),
    base: './',
    logLevel: 'error',
    build: {
      outDir: directory,
      emptyOutDir: true,
      rollupOptions: { input: { main: entry }, output: { entryFileNames: '[name].js' } },
    },
  });
}

export async function webpack(entry, directory) {
  const compiler = webpackApi({
    mode: 'production',
    context: dirname(entry),
    entry: { main: entry },
    output: { path: directory },
  });
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, result) => (error ? reject(error) : resolve(result)));
  });
  await new Promise((resolve) => compiler.close(resolve));
  if (stats.hasErrors()) throw new Error(stats.toString('errors-only'));
}
