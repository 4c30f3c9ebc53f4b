// The WebAssembly, out of the module that holds it.

import text from './inline.js';

export default function bytes() {
  return Buffer.from(text, 'base64');
}
