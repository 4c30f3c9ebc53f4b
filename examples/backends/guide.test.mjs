// What the guide quotes is what the contract test has checked.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const read = (path) => readFile(new URL(path, import.meta.url), 'utf8');

for (const file of ['node/tokens.mjs', 'python/tokens.py', 'rust/src/main.rs']) {
  test(`the guide quotes ${file} word for word`, async () => {
    const guide = await read('../../docs/guide/backend-handlers.md');
    const [, quoted] = guide.split(`<!-- held: is examples/backends/${file} -->`);
    const [, code] = /```\w+\n(.*?)```/s.exec(quoted);
    assert.equal(code, await read(file));
  });
}
