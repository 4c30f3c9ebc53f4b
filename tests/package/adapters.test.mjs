// Which entries of the package are measured as adapters.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { adaptersOf } from './support/adapters.mjs';

test('an entry that is neither a client nor without code is an adapter', () => {
  const exports = {
    '.': { types: './index.d.ts', default: './index.js' },
    './slim': { types: './slim.d.ts', default: './slim.js' },
    './inline': './inline.js',
    './react': { types: './react.d.ts', import: './react.js' },
    './box/preview': { types: './box.d.ts', default: './box.mjs' },
    './types': { types: './types.d.ts' },
    './worker-classic.js': './worker-classic.js',
    './downscope_bg.wasm': './downscope_bg.wasm',
    './package.json': './package.json',
  };
  assert.deepEqual(adaptersOf({ exports }), ['./react', './box/preview']);
});
