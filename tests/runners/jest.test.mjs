// An app's unit tests in Jest: CommonJS, in contexts of their own.

import { basename } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { installPackage, passes } from './support/run.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The entries whose client can start there; slim from bytes. */
const ENVIRONMENTS = {
  node: 'downscope slim',
  jsdom: '',
  // jsdom with most of what it lacks, from Node; no `DecompressionStream`.
  'jest-fixed-jsdom': 'slim',
  [here('app/mended.cjs')]: 'downscope slim',
};

before(installPackage);

for (const [environment, starts] of Object.entries(ENVIRONMENTS)) {
  test(`the package in Jest with ${basename(environment)}`, async () => {
    await passes(
      'jest/bin/jest.js',
      ['--config={}', `--rootDir=${here('app')}`, `--env=${environment}`, '--testMatch=**/*.jest.cjs', '--testTimeout=60000', '--json'],
      starts,
    );
  });
}
