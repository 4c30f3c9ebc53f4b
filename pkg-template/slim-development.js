// @ts-check
// `./slim` in development: with the WebAssembly inlined, since development servers put scripts elsewhere.
export * from './development.js';
export { initialize } from './slim-inlined.js';
