// Links of the documents lead somewhere: in the repository, and in the package, where less of it is.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

import { packageDirectory } from './support/app.mjs';
import { anchorsOf, documents, linksOf, root } from './support/markdown.mjs';

const packaged = readdirSync(packageDirectory, { recursive: true }).filter((file) => file.endsWith('.md'));

for (const [where, directory, files] of [
  ['the repository', root, documents()],
  ['the package', packageDirectory, packaged],
]) {
  for (const file of files) {
    test(`in ${where}, every link of ${file} leads somewhere`, () => {
      const text = readFileSync(join(directory, file), 'utf8');
      assert.deepEqual(linksOf(text).map((link) => dead(directory, file, link)).filter(Boolean), []);
    });
  }
}

function dead(directory, file, { target, line }) {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [path, anchor] = target.split('#');
  const found = path ? normalize(join(dirname(file), path)) : file;
  const isOutside = found.startsWith('..');
  if (isOutside || !existsSync(join(directory, found))) return `line ${line}: ${target} is not there`;
  if (anchor === undefined) return undefined;
  const isDocument = found.endsWith('.md') && statSync(join(directory, found)).isFile();
  const anchors = isDocument ? anchorsOf(readFileSync(join(directory, found), 'utf8')) : [];
  return anchors.includes(anchor) ? undefined : `line ${line}: ${target} is no heading`;
}
