// The reference has everything that there is: each error, option and event, and the contract as it stands.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import ts from 'typescript';

import { rendered } from '../../site/contract.mjs';
import { documents, read } from './support/markdown.mjs';

const declarations = ts.createSourceFile('index.d.ts', read('pkg-template/index.d.ts'), ts.ScriptTarget.Latest, true);

const declared = (name) => declarations.statements.find((statement) => statement.name?.text === name);
const members = (name) => declared(name).members.map((member) => member.name.text);
const codes = declared('TokenErrorCode').type.types.map(({ literal }) => literal.text);

test('there is a page for each error code, and for nothing else', () => {
  const pages = documents()
    .map((document) => /^docs\/reference\/errors\/(\w+)\.md$/.exec(document)?.[1])
    .filter((name) => name && name !== 'README');
  assert.deepEqual(pages.sort(), codes.toSorted());
});

for (const code of codes) {
  test(`the page of ${code} has cause, remedy and an example, and the list leads there`, () => {
    const page = read(`docs/reference/errors/${code}.md`);
    assert.ok(page.startsWith(`# \`${code}\`\n`));
    for (const part of ['## Cause', '## Remedy', '## Example\n\n<!-- held: types -->']) assert.ok(page.includes(part), part);
    assert.ok(read('docs/reference/errors/README.md').includes(`| [\`${code}\`](${code}.md) |`));
  });
}

for (const [options, document] of [
  ['TokenClientOptions', 'options'],
  ['GrantOptions', 'options'],
  ['TokenOptions', 'options'],
  ['RevokeOptions', 'options'],
  ['TokenEventDetails', 'events'],
]) {
  test(`${document}.md has a row for each member of ${options}`, () => {
    const text = read(`docs/reference/${document}.md`);
    for (const member of members(options)) assert.ok(text.includes(`\n| \`${member}\` |`), member);
  });
}

test('a default that the declarations name is the one of the reference', () => {
  const text = read('docs/reference/options.md');
  for (const member of declared('TokenClientOptions').members) {
    const [, figure] = /Default ([\d,]+)/.exec(member.getFullText()) ?? [];
    if (figure) assert.match(text, new RegExp(`\\| \`${member.name.text}\` \\| ${figure}`));
  }
});

test('the contract is rendered as it stands (`node site/contract.mjs` renders it again)', async () => {
  assert.equal(read('docs/reference/contract.md'), await rendered());
});
