// What is built is served under the strictest policy that WebAssembly can run under; tokens
// come from another origin, so that development servers need no proxy.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { extname, join, normalize } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

export const TOKEN = 'stub-token-0123456789';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

export const STRICT =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' http://127.0.0.1:*; img-src data:; " +
  "require-trusted-types-for 'script'; trusted-types 'none'";

/** Serves a directory until `close()`; `files` are the scripts and WebAssembly that were asked for. */
export async function serve(directory, policy = STRICT) {
  const files = new Map();
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://app');
    const path = normalize(pathname === '/' ? '/index.html' : pathname);
    const bytes = await readFile(join(directory, path)).catch(() => undefined);
    if (!bytes) return void response.writeHead(404).end();
    if (/\.(m?js|wasm)$/.test(path)) files.set(path, bytes);
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(bytes);
  });
  return { ...(await listen(server)), files, size: () => sizeOf(files.values()) };
}

/** A token endpoint for pages of any origin. */
export function startEndpoint() {
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
    response.setHeader('access-control-allow-headers', 'content-type');
    response.setHeader('content-type', 'application/json');
    if (request.method === 'OPTIONS') response.writeHead(204).end();
    else response.end(JSON.stringify({ access_token: TOKEN, token_type: 'Bearer', expires_in: 3600 }));
  });
  return listen(server);
}

/** Bytes of files with brotli, each compressed by itself. */
function sizeOf(files) {
  let size = 0;
  for (const bytes of files) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    size += brotliCompressSync(bytes, { params }).length;
  }
  return size;
}

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, close };
}
