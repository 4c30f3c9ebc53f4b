// A change of the API is seen in review: as a change of `api.txt`.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { apiOf } from './support/api.mjs';
import { packageDirectory } from './support/app.mjs';

test('the API is that of api.txt; `node tests/package/support/api.mjs > tests/package/api.txt` writes it anew', async () => {
  const expected = await readFile(new URL('api.txt', import.meta.url), 'utf8');
  assert.equal(await apiOf(packageDirectory), expected);
});
