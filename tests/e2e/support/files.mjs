// Serves files as any web server would, but for those that a test wants to be
// answered otherwise.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** `mounts` are the directories to serve, by their prefix. `requested` are the paths asked for. */
export async function startFiles(mounts) {
  const requested = [];
  const instead = new Map();
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    requested.push(pathname);
    const { status, type, body } = instead.get(pathname) ?? (await read(mounts, pathname));
    instead.delete(pathname);
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    requested,
    /** Answers the next request for `path` with `{ status, type, body }`. */
    answerOnce: (path, answer) => instead.set(path, answer),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function read(mounts, path) {
  const prefix = Object.keys(mounts).find((prefix) => path.startsWith(prefix));
  const body = prefix && (await readFile(join(mounts[prefix], path.slice(prefix.length))).catch(() => {}));
  if (!body) return { status: 404, type: 'text/plain', body: 'not found' };
  return { status: 200, type: TYPES[extname(path)] ?? 'application/octet-stream', body };
}
