import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

import { startBackend } from './backend.js';

/** The package as `cargo xtask build` makes it. An app of your own has it from npm, and none of this. */
const pkg = process.env.DOWNSCOPE_PKG ?? fileURLToPath(new URL('../../pkg', import.meta.url));

export default defineConfig(async () => {
  const backend = process.env.DOWNSCOPE_BACKEND ?? (await startBackend());
  // It gives tokens to its own page, and that is here.
  const toBackend = {
    target: backend,
    changeOrigin: true,
    configure: (proxy) => proxy.on('proxyReq', (request) => request.setHeader('origin', backend)),
  };
  return {
    plugins: [react()],
    resolve: {
      alias: [
        { find: /^downscope$/, replacement: `${pkg}/index.js` },
        { find: /^downscope\/(.*)$/, replacement: `${pkg}/$1.js` },
      ],
      dedupe: ['react'],
    },
    server: {
      host: '127.0.0.1',
      fs: { allow: ['.', pkg] },
      proxy: { '/api': toBackend, '/config.json': toBackend },
    },
  };
});
