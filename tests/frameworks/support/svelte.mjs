// Svelte's components for esbuild.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import { compile } from 'svelte/compiler';

export const svelte = {
  name: 'svelte',
  setup(build) {
    build.onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { js } = compile(await readFile(path, 'utf8'), { filename: basename(path) });
      return { contents: js.code, loader: 'js' };
    });
  },
};
