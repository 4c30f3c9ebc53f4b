// docs/guide/toolchains.md: the lines that some toolchains need, and what it says of each.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

const document = await readFile(new URL('../../../docs/guide/toolchains.md', import.meta.url), 'utf8');

/** How far bytes may be from those that it says: the package changes more often than its table. */
const TOLERANCE = 0.02;

/** The first block in a language below a heading. */
export function blockOf(heading, language) {
  const [, section] = document.split(`\n${heading}\n`);
  assert.ok(section, `docs/guide/toolchains.md has no ${heading}`);
  return section.split(`\`\`\`${language}\n`)[1].split('```')[0];
}

/** A cell such as `file¹, 35.2 KB`; without bytes where none are given. */
export const cell = ({ wasm, lines, bytes }) =>
  `${wasm}${lines ? '¹' : ''}${bytes ? `, ${(bytes / 1000).toFixed(1)} KB` : ''}`;

/** Compares what was seen of toolchains, by columns of the table, with their rows. */
export function assertTable(seen) {
  const wrong = seen.filter(({ title, version, columns }) => {
    const row = rows.find(([name, of]) => name === title && of === version) ?? [];
    return !Object.entries(columns).every(([column, text]) => agree(row[header.indexOf(column)], text));
  });
  const lines = wrong.map(({ title, version, columns }) => `${title} ${version}: ${JSON.stringify(columns)}`);
  assert.deepEqual(lines, [], 'docs/guide/toolchains.md says something else than what was seen');
}

function agree(said, seen) {
  if (!said) return false;
  const [[what, size], [seenWhat, seenSize]] = [said, seen].map((text) => text.split(', '));
  const bytes = (text) => Number.parseFloat(text ?? '0');
  return what === seenWhat && Math.abs(bytes(size) - bytes(seenSize)) <= TOLERANCE * bytes(seenSize);
}

const cells = (line) => line.split('|').slice(1, -1).map((text) => text.trim());

const table = document.split('\n').filter((line) => line.startsWith('|'));
const header = cells(table[0]);
const rows = table.slice(2).map(cells);
