// The lines of docs/guide/toolchains.md that `downscope/slim` needs in some toolchains, as they stand there.

import { exec } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { blockOf } from './document.mjs';

const nothing = () => {};

/** Those of a key, as what is done to an app before it is built, and after. */
export const linesOf = (key) => LINES[key] ?? { before: nothing, after: nothing };

const LINES = {
  copy: {
    before: nothing,
    after: (app) => promisify(exec)(blockOf('## The file, by hand', 'sh'), { cwd: app }),
  },
  browserslist: {
    async before(app) {
      const path = join(app, 'package.json');
      const manifest = JSON.parse(await readFile(path, 'utf8'));
      const lines = JSON.parse(blockOf('## Parcel under a strict policy', 'json'));
      await writeFile(path, JSON.stringify({ ...manifest, ...lines }));
    },
    after: nothing,
  },
};
