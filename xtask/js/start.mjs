// Starts a WebAssembly module with its glue: `node start.mjs GLUE WASM`.
// The engine refuses the module if the glue lacks one of its imports.

import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

const [glue, wasm] = process.argv.slice(2);
const { finish, imports } = await import(pathToFileURL(glue));
const { instance } = await WebAssembly.instantiate(await readFile(wasm), imports());
finish(instance);
