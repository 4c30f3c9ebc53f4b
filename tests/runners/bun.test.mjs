// An app's unit tests in Bun, in its own runtime. It takes `vitest` for its own `bun:test`.

import { before, test } from 'node:test';

import { bunOf } from '../support/bun.mjs';
import { installPackage, passesInBun } from './support/run.mjs';

before(installPackage);

test('the package in Bun', () => passesInBun(bunOf(import.meta.url), 'unit.spec.mjs', 'downscope slim'));
