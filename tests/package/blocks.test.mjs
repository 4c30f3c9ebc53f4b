// Every block of code in the README, the guides and the reference is held to something: a comment before
// it says to what, such as `held: is examples/plain/main.js`. What there is, support/held.mjs has; `types`
// is what TypeScript says of it beside the declarations of the package.

import assert from 'node:assert/strict';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

import { appDirectory } from './support/app.mjs';
import { KINDS } from './support/held.mjs';
import { blocksOf, documents, read, root } from './support/markdown.mjs';

const isHeld = (document) => /^(README\.md|docs\/(guide|reference)\/.*)$/.test(document);

const blocks = documents()
  .filter(isHeld)
  .flatMap((document) => blocksOf(read(document)).map((block) => ({ ...block, document })));

test('there are blocks, in the README and in guides', () => {
  assert.ok(blocks.length > 60, `${blocks.length}`);
  assert.ok(blocks.some(({ document }) => document === 'README.md'));
});

for (const block of blocks) {
  const { document, line, held = 'nothing' } = block;
  const kind = held === 'types' ? held : Object.keys(KINDS).find((kind) => held === kind || held.startsWith(`${kind} `));
  test(`${document}:${line} is held to ${held}`, () => {
    assert.ok(kind, 'a comment before it says to what it is held');
    if (kind !== 'types') assert.equal(KINDS[kind](block, held.slice(kind.length + 1)), undefined);
  });
}

test('what is held to types fits the declarations of the package', async () => {
  const directory = join(appDirectory, 'blocks');
  await rm(directory, { recursive: true, force: true });
  const files = await Promise.all(blocks.map((block) => writtenTo(directory, block)));
  const globals = join(directory, 'globals.d.ts');
  await cp(fileURLToPath(new URL('blocks/globals.d.ts', import.meta.url)), globals);
  const program = ts.createProgram([globals, ...files.filter(Boolean)], {
    allowJs: true,
    checkJs: true,
    // As JavaScript is checked that says nothing of types.
    strict: false,
    noEmit: true,
    skipLibCheck: true,
    jsx: ts.JsxEmit.ReactJSX,
    lib: ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ESNext,
    types: [],
  });
  const told = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${file?.fileName.slice(directory.length + 1)}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
  assert.deepEqual(told, []);
});

/** Writes what is checked, or imported by what is; gives the path of what is checked. */
async function writtenTo(directory, { code, document, held, language, line }) {
  const [, name] = /^run by \S+ as (\S+\.js)$/.exec(held ?? '') ?? [];
  if (held !== 'types' && !name) return undefined;
  const file = join(directory, document.replaceAll('/', '-'), name ?? `line-${line}.${language}`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, code);
  return name ? undefined : file;
}

test('the sizes of peers in the README are those that were measured', () => {
  const measured = new Map(
    [...read('docs/bench.md').matchAll(/^\| ([\w-]+) \| \d \| [\d,]+ \| [\d,]+ \| ([\d,]+) \|/gm)].map(([, name, bytes]) => [
      name,
      Number(bytes.replaceAll(',', '')),
    ]),
  );
  const shown = [...read('README.md').matchAll(/^\| (?:@\w+\/)?([\w-]+|plain JavaScript.*?) \| ([\d.]+) \|$/gm)];
  assert.equal(shown.length, 9);
  for (const [, name, kilobytes] of shown) {
    const bytes = measured.get(name) ?? measured.get(Object.entries(OTHER).find(([other]) => name.startsWith(other))?.[1]);
    assert.equal(kilobytes, (bytes / 1000).toFixed(1), name);
  }
});

/** Rows that have another name in the measurement. */
const OTHER = {
  'plain JavaScript': 'plain',
  'core-rest-pipeline': 'azure-core-rest-pipeline',
  'auth-js': 'supabase-auth-js',
};

test('the README is a page or three', () => {
  assert.ok(read('README.md').split('\n').length <= 200);
});
