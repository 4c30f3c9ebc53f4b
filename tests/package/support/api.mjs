// The API as the declarations have it, without their documentation:
//
//     node tests/package/support/api.mjs > tests/package/api.txt

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import ts from 'typescript';

const TEMPLATE = fileURLToPath(new URL('../../../pkg-template/', import.meta.url));

/** What apps can import, by the subpaths of a package, as text. */
export async function apiOf(directory) {
  const { exports } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const printer = ts.createPrinter({ removeComments: true });
  let text = '';
  for (const [subpath, target] of Object.entries(exports)) {
    if (!target.types) continue;
    const source = await readFile(join(directory, target.types.default), 'utf8');
    const file = ts.createSourceFile('api.d.ts', source, ts.ScriptTarget.Latest);
    text += `# downscope${subpath.slice(1)}\n\n${printer.printFile(file)}\n`;
  }
  return `${text.trim()}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.stdout.write(await apiOf(TEMPLATE));
