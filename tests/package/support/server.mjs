// A server on loopback: one directory, a page that loads `main.js`, and a token
// endpoint that counts.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { extname, join, normalize } from 'node:path';

const types = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

/** What the token endpoint answers. */
export const stubToken = 'stub-token-0123456789';

// The strictest policy that WebAssembly can run under.
const policy = "default-src 'none'; script-src 'self' 'nonce-page' 'wasm-unsafe-eval'; connect-src 'self'";

const defaultPage = '<!doctype html><title>app</title><script type="module" src="main.js"></script>';

/** Serves a directory until `close()`; `origin` is where. A script in the page has the nonce `page`. */
export async function serve(directory, page = defaultPage) {
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  const served = { origin: '', tokenRequests: 0, close };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  served.origin = `http://127.0.0.1:${server.address().port}`;
  return served;

  async function answer(request, response) {
    const { pathname } = new URL(request.url, served.origin);
    if (pathname === '/token' && request.method === 'POST') {
      served.tokenRequests += 1;
      request.resume();
      const body = { access_token: stubToken, token_type: 'Bearer', expires_in: 3600 };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    } else if (pathname === '/') {
      const headers = { 'content-type': 'text/html', 'content-security-policy': policy };
      response.writeHead(200, headers).end(page);
    } else {
      const bytes = await readFile(join(directory, normalize(pathname))).catch(() => undefined);
      if (!bytes) return void response.writeHead(404).end();
      const type = types[extname(pathname)] ?? 'application/octet-stream';
      response.writeHead(200, { 'content-type': type }).end(bytes);
    }
  }

  async function close() {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}
