// What is in the tarball, and what must not be.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { packageDirectory } from './support/app.mjs';

const files = await readdir(packageDirectory, { recursive: true });
const manifest = JSON.parse(await readFile(join(packageDirectory, 'package.json'), 'utf8'));

test('the package has no dependencies and runs nothing at install', () => {
  assert.deepEqual(manifest.dependencies ?? {}, {});
  assert.deepEqual(manifest.peerDependencies ?? {}, {});
  assert.deepEqual(manifest.scripts ?? {}, {});
});

test('every file that the exports name is there', () => {
  const named = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target),
  );
  for (const file of named) assert.ok(files.includes(file.replace('./', '')), file);
});

test('every script has declarations unless it is private', () => {
  const published = Object.values(manifest.exports)
    .map((target) => target.default)
    .filter(Boolean);
  for (const script of published) {
    const declarations = script.replace('./', '').replace(/\.js$/, '.d.ts');
    assert.ok(files.includes(declarations), declarations);
  }
});

test('the README and a license are in it', () => {
  assert.ok(files.includes('README.md'));
  assert.ok(files.some((file) => file.startsWith('LICENSE')));
});
