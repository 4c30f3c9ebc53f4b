export * from './index.js';

/** Where the WebAssembly comes from: a URL, its bytes, a compiled module, a response, or a promise of one. */
export type WasmSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/**
 * Says where the WebAssembly comes from, before the first `createTokenClient`.
 * Without it, `./slim` fetches `downscope_bg.wasm` from beside its own script.
 */
export function initialize(source?: WasmSource | PromiseLike<WasmSource>): Promise<void>;
