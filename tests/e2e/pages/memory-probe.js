// Runs in a page before the SDK. Reads the memory of WebAssembly whenever it
// calls out and whenever it returns, if `watching`, and looks for the secrets
// known by then. Keeps what is `said` in the console.

{
  // Any twelve characters in a row of a secret contain one of its blocks.
  const BLOCK = 6;

  const needles = new Map();
  const mayBegin = new Uint8Array(1 << 16);
  let memory;

  const nothing = { watching: false, found: [], said: [], scans: 0, secrets: new Set() };
  const probe = { ...nothing, expect, scan, plant };
  globalThis.memoryProbe = probe;

  /** Looks for this secret from now on. */
  function expect(secret) {
    if (probe.secrets.has(secret)) return;
    probe.secrets.add(secret);
    for (let start = 0; start + BLOCK <= secret.length; start += BLOCK) {
      const ascii = Array.from(secret.slice(start, start + BLOCK), (one) => one.charCodeAt(0));
      const utf16 = ascii.flatMap((code) => [code, 0]);
      for (const needle of [ascii, utf16]) {
        const [first, second] = needle;
        const key = first | (second << 8);
        mayBegin[key] = 1;
        needles.set(key, [...(needles.get(key) ?? []), needle]);
      }
    }
  }

  /** Notes what is found, and where. */
  function scan(place) {
    if (!memory) return; // while it starts
    probe.scans += 1;
    const bytes = new Uint8Array(memory.buffer);
    const words = new Uint32Array(memory.buffer);
    for (let word = 0; word < words.length; word += 1) {
      if (words[word] === 0) continue; // most of the memory; no needle begins there
      for (let at = 4 * word; at < 4 * word + 4; at += 1) {
        const key = bytes[at] | (bytes[at + 1] << 8);
        if (mayBegin[key] && needles.get(key).some((needle) => isAt(bytes, at, needle))) {
          probe.found.push(`${place}, at ${at}`);
        }
      }
    }
  }

  const isAt = (bytes, at, needle) => needle.every((byte, offset) => bytes[at + offset] === byte);

  /** Puts text where no secret may be, to see whether it would be found. */
  function plant(text) {
    const bytes = new Uint8Array(memory.buffer);
    const at = bytes.length - 256;
    const before = bytes.slice(at);
    bytes.set(new TextEncoder().encode(text), at);
    scan('planted');
    bytes.set(before, at);
  }

  const watched = (place, functions) =>
    Object.fromEntries(
      Object.entries(functions).map(([name, original]) => {
        if (typeof original !== 'function') return [name, original];
        const replaced = (...rest) => {
          try {
            return original(...rest);
          } finally {
            if (probe.watching) scan(`${place} ${name}`);
          }
        };
        return [name, replaced];
      }),
    );

  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (module, imports) => {
    const callsOut = Object.entries(imports).map(([module, functions]) => {
      return [module, watched('calling', functions)];
    });
    const instance = await instantiate.call(WebAssembly, module, Object.fromEntries(callsOut));
    memory = Object.values(instance.exports).find((one) => one instanceof WebAssembly.Memory);
    return { exports: watched('returning from', instance.exports) };
  };

  for (const type of ['debug', 'log', 'info', 'warn', 'error']) {
    console[type] = (...words) => probe.said.push(...words.map(String));
  }

  // Answers of the token endpoint: known from the moment that anybody can read them.
  const TOKEN = /"(?:access_token|revocation_handle)":"([^"]+)/g;
  const notice = (text) => {
    for (const [, secret] of String(text).matchAll(TOKEN)) expect(secret);
  };
  const { decode } = TextDecoder.prototype;
  TextDecoder.prototype.decode = function (...rest) {
    const text = decode.apply(this, rest);
    notice(text);
    return text;
  };
  const { parse } = JSON;
  JSON.parse = (text, reviver) => {
    notice(text);
    return parse(text, reviver);
  };
}
