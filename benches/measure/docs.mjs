// The part of docs/bench.md that is measured.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { root } from './paths.mjs';

const BEGIN = '<!-- measured: written by `cargo xtask bench -- --write-docs` -->';
const END = '<!-- end of what was measured -->';

/** Puts the tables between the two comments, and the picture beside them. */
export async function writeDocs(tables, picture) {
  const file = join(root, 'docs/bench.md');
  const text = await readFile(file, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${file} has no place for the tables`);
  await writeFile(file, `${text.slice(0, begin)}${BEGIN}\n\n${tables}\n${text.slice(end)}`);
  await writeFile(join(root, 'docs/bench.svg'), picture);
}
