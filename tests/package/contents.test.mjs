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
  // Of those who import `downscope/react`.
  assert.deepEqual(manifest.peerDependencies, { react: '>=18' });
  assert.deepEqual(manifest.peerDependenciesMeta, { react: { optional: true } });
  assert.deepEqual(manifest.scripts ?? {}, {});
});

test('every file that the exports name is there', () => {
  const named = Object.values(manifest.exports).flatMap(targetsOf);
  for (const file of [...named, manifest.main, manifest.module, manifest.types]) {
    assert.ok(files.includes(file.replace('./', '')), file);
  }
});

test('whoever can take modules is given those, by `require` too, and only the others CommonJS', () => {
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'string') continue;
    // Bundlers and Node take the first that they know: a second copy would be a second client.
    const { types, ...all } = target;
    assert.deepEqual(Object.keys(target)[0], 'types', subpath);
    // Those that only some ask for, and who asks gets modules (conditions.test.mjs).
    const { development, es2015, ...scripts } = all;
    const special = Object.keys({ ...(development && { development }), ...(es2015 && { es2015 }) });
    assert.deepEqual(Object.keys(all).slice(0, special.length), special, subpath);
    if (development) assert.equal(development.require, development.default.replace('./', './cjs/'));
    assert.deepEqual(Object.keys(scripts), ['module-sync', 'module', 'require', 'default'], subpath);
    const script = scripts.default.replace('./', '');
    assert.deepEqual(new Set([scripts['module-sync'], scripts.module]), new Set([`./${script}`]), subpath);
    assert.equal(scripts.require, `./cjs/${script}`);
    const declarations = script.replace('.js', '.d.ts');
    assert.deepEqual(types, { require: `./cjs/${declarations}`, default: `./${declarations}` });
  }
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

test('whose code the WebAssembly has is in it, with the licences', async () => {
  const notices = await readFile(join(packageDirectory, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  // Under MIT, under MIT or Apache-2.0, under one that goes with every choice; and no crate's.
  for (const whose of ['slab', 'wasm-bindgen', 'unicode-ident']) {
    assert.match(notices, new RegExp(`^${whose} \\d[\\d.]* \\(.*\\)$`, 'm'));
  }
  assert.match(notices, /^The Rust standard library/m);
  assert.match(notices, /^Permission is hereby granted/m);
  assert.match(notices, /^UNICODE LICENSE V3$/m);
});

/** The files that a subpath may be, whatever the condition. */
function targetsOf(target) {
  return typeof target === 'string' ? [target] : Object.values(target).flatMap(targetsOf);
}
