// The toolchains, by the names that tools/run.mjs has for them.

import { readFile } from 'node:fs/promises';

const version = async (installed) => {
  const manifest = new URL(`../node_modules/${installed}/package.json`, import.meta.url);
  return JSON.parse(await readFile(manifest, 'utf8')).version;
};

const named = async (tool, title, { installed = tool, lines = {} } = {}) => ({
  tool,
  title,
  version: await version(installed),
  /** What `downscope/slim` needs, by when: a key of support/lines.mjs. */
  lines,
});

export const TOOLS = await Promise.all([
  named('vite5', 'Vite'),
  named('vite6', 'Vite'),
  named('vite7', 'Vite'),
  named('vite8', 'Vite'),
  named('webpack', 'webpack'),
  named('rsbuild', 'Rsbuild', { installed: '@rsbuild/core' }),
  named('parcel', 'Parcel', { lines: { production: 'browserslist' } }),
  named('rollup', 'Rollup', { lines: { production: 'copy' } }),
  named('esbuild', 'esbuild', { lines: { production: 'copy', development: 'copy' } }),
  named('bun', 'Bun', { lines: { production: 'copy' } }),
]);

export const ENTRIES = ['downscope', 'downscope/slim'];
