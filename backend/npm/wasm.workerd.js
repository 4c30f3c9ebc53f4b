// The WebAssembly, as workerd takes it: it compiles none at run time, and is given a module with
// the worker. Wrangler, and the other tools for Workers, know this import.

import wasm from './core.wasm';

export default function compiled() {
  return wasm;
}
