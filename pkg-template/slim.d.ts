export * from './index.js';

/** Where the WebAssembly of this very build comes from: a URL, a request or its response, bytes, or a compiled module. */
export type WasmSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/**
 * Says where the WebAssembly comes from, before the first `createTokenClient`.
 * Without it, `./slim` fetches `downscope_bg.wasm` from beside its own script.
 * Has no effect once WebAssembly has started.
 */
export function initialize(source?: WasmSource | PromiseLike<WasmSource>): Promise<void>;
