// Run by Jest; CommonJS throughout.

const { readFileSync } = require('node:fs');

const checks = require('./checks.cjs')({
  downscope: require('downscope'),
  slim: require('downscope/slim'),
  adapters: require('downscope/adapters'),
  box: require('downscope/box'),
  react: require('downscope/react'),
  testing: require('downscope/testing'),
  React: require('react'),
  createRoot: require('react-dom/client').createRoot,
  wasm: readFileSync(require.resolve('downscope/downscope_bg.wasm')),
});

for (const [name, check] of Object.entries(checks)) test(name, check);
