// An app's unit tests in Vitest: modules, with the globals of a DOM put over Node's.

import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { installPackage, passes } from './support/run.mjs';

const app = fileURLToPath(new URL('app', import.meta.url));

before(installPackage);

for (const environment of ['node', 'jsdom', 'happy-dom']) {
  test(`the package in Vitest with ${environment}`, async () => {
    await passes(
      'vitest/vitest.mjs',
      ['run', `--root=${app}`, `--environment=${environment}`, '--testTimeout=60000', '--reporter=json'],
      'downscope slim',
    );
  });
}
