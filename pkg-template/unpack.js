// @ts-check
import { packed, size } from './inline.js';

/** The WebAssembly that is inlined, gzipped, in base64: no second request, no bundler set-up. */
export const unpacked = () => unpack(packed, size);

/**
 * @param {string} packed
 * @param {number} size How long it is when unpacked.
 */
export const unpack = async (packed, size) => {
  const { readable, writable } = new DecompressionStream('gzip');
  // Not by way of a Blob, whose stream comes from another process, nor of a
  // Response, which may not be the platform's.
  const writer = writable.getWriter();
  // What fails here fails for who reads, too.
  writer.write(bytesOf(packed)).catch(() => {});
  writer.close().catch(() => {});
  const bytes = new Uint8Array(size);
  const reader = readable.getReader();
  let at = 0;
  for (let part; !(part = await reader.read()).done; at += part.value.length) bytes.set(part.value, at);
  return bytes;
};

/** @param {string} base64 */
const bytesOf = (base64) =>
  /** @type {any} */ (Uint8Array).fromBase64?.(base64) ??
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
