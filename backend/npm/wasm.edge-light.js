// The same for the edge runtime of Vercel and Next.js, which asks for a module by this word.

import wasm from './core.wasm?module';

export default function compiled() {
  return wasm;
}
