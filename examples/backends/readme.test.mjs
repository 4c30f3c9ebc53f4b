// What the README quotes is what the contract test has checked.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const read = (path) => readFile(new URL(path, import.meta.url), 'utf8');

for (const file of ['node/tokens.mjs', 'python/tokens.py', 'rust/src/main.rs']) {
  test(`the README quotes ${file} word for word`, async () => {
    const readme = await read('../../README.md');
    const [, quoted] = readme.split(`examples/backends/${file}</code>`);
    const [, code] = /```\w+\n(.*?)```/s.exec(quoted);
    assert.equal(code, await read(file));
  });
}
