// The same for the edge runtime of Vercel and Next.js, which asks for a module by this word.

import wasm from './core.wasm?module';

/** `next start` and `next dev` compile it outside of where this runs: it is no instance of the
 * `WebAssembly.Module` that is here, by which the glue knows a module, until it is made one. */
export default function compiled() {
  const { Module } = WebAssembly;
  if (!(wasm instanceof Module)) Object.setPrototypeOf(wasm, Module.prototype);
  return wasm;
}
