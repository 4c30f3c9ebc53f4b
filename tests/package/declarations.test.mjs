// What the declarations say is there, is there: they are written by hand.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';

import ts from 'typescript';

import { packageDirectory } from './support/app.mjs';

const ENTRIES = [
  'index', 'slim', 'adapters', 'box', 'keeper', 'media', 'media-worker', 'testing', 'vault', 'worker',
];

const program = ts.createProgram(
  ENTRIES.map((entry) => join(packageDirectory, `${entry}.d.ts`)),
  { lib: ['lib.esnext.d.ts', 'lib.dom.d.ts'], module: ts.ModuleKind.ESNext, types: [] },
);
const checker = program.getTypeChecker();

for (const entry of ENTRIES) {
  test(`${entry}.js exports what ${entry}.d.ts declares, and nothing else`, async () => {
    const values = declared(entry).filter((symbol) => resolved(symbol).flags & ts.SymbolFlags.Value);
    const module = await import(pathToFileURL(join(packageDirectory, `${entry}.js`)));
    assert.deepEqual(Object.keys(module).sort(), values.map((symbol) => symbol.name).sort());
  });
}

test('a client and a grant have every member that is declared', async () => {
  const { createTokenClient } = await import(pathToFileURL(join(packageDirectory, 'index.js')));
  const client = await createTokenClient({ getToken: () => ({ access_token: 'unused' }) });
  const grant = client.grant({ resource: 'https://api.example/', scopes: ['read'] });
  for (const [name, object] of Object.entries({ TokenClient: client, Grant: grant })) {
    for (const member of members(name)) assert.ok(member in object, `${name}.${member}`);
  }
  await client.close();
});

function declared(entry) {
  const file = program.getSourceFile(join(packageDirectory, `${entry}.d.ts`));
  return checker.getExportsOfModule(checker.getSymbolAtLocation(file));
}

function resolved(symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Names of an interface's members, inherited ones included; not those named by a symbol. */
function members(name) {
  const symbol = declared('index').find((exported) => exported.name === name);
  return checker
    .getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol))
    .map((property) => property.name)
    .filter((property) => !property.startsWith('__@'));
}
