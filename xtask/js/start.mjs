// Starts a WebAssembly module with its glue: `node start.mjs GLUE WASM`.
// The engine refuses the module if the glue lacks one of its imports.

import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

const [glue, wasm] = process.argv.slice(2);
const { default: start } = await import(pathToFileURL(glue));
await start({ module_or_path: await readFile(wasm) });
