// The WebAssembly, out of the module that holds it.

import text from './inline.js';

export default function compiled() {
  return globalThis.Buffer?.from(text, 'base64') ?? bytesOf(atob(text));
}

function bytesOf(binary) {
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
