// Pages of the tests, bundled as an app's would be.

import { cp, mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import { outputDirectory, packageDirectory } from '../../package/support/app.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The versions of React, by what npm installs them as. */
export const REACT = {
  18: { react: 'react18', 'react-dom': 'react-dom18' },
  19: { react: 'react', 'react-dom': 'react-dom' },
};

/** Puts the package under test where an app has it. A copy: what it imports is looked for beside it. */
export async function installPackage() {
  const installed = here('../node_modules/downscope');
  await rm(installed, { recursive: true, force: true });
  await mkdir(installed);
  await cp(packageDirectory, installed, { recursive: true });
}

/** Bundles pages with a version of React, for development; gives the directory. */
export async function bundle(name, pages, { version = 19, platform = 'browser', plugins = [] } = {}) {
  const directory = await outputDirectory(`frameworks-${name}`);
  const { react, 'react-dom': reactDom } = REACT[version];
  await build({
    // Where an alias is looked up.
    absWorkingDir: here('..'),
    entryPoints: pages.map((page) => here(`../pages/${page}`)),
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    platform,
    alias: version === 18 ? { react, 'react-dom': reactDom } : {},
    define: { 'process.env.NODE_ENV': '"development"' },
    // What is written for Node in CommonJS asks for it.
    banner: platform === 'node' ? { js: NODE_REQUIRE } : {},
    plugins,
    logLevel: 'error',
  });
  return directory;
}

const NODE_REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

