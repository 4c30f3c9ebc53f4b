// WebAssembly whose memory grows no further than to a mebibyte more.

/** The number of the section. */
const MEMORIES = 5;

/** Pages of 64 KiB. */
const MORE = 16;

/** The same module, its code untouched, with little memory. */
export function exhaustible(wasm) {
  let at = 8;
  for (;;) {
    const id = wasm[at];
    const [size, contents] = readNumber(wasm, at + 1);
    if (id === MEMORIES) return replaced(wasm, at, contents, contents + size);
    at = contents + size;
    if (at >= wasm.length) throw new Error('there is no memory in it');
  }
}

/** The section of one memory without a maximum, with one. */
function replaced(wasm, start, contents, end) {
  const [count, flags] = wasm.slice(contents, end);
  if (count !== 1 || flags !== 0) throw new Error('it has not one memory without a maximum');
  const [minimum] = readNumber(wasm, contents + 2);
  const limits = [1, 1, ...writtenNumber(minimum), ...writtenNumber(minimum + MORE)];
  return Uint8Array.from([...wasm.slice(0, start), MEMORIES, limits.length, ...limits, ...wasm.slice(end)]);
}

const writtenNumber = (value) => (value < 0x80 ? [value] : [0x80 | value % 0x80, ...writtenNumber(value >> 7)]);

/** An unsigned LEB128, and where it ends. */
function readNumber(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at];
    at += 1;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
}
