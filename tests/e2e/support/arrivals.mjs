// A way to an origin on which some answers come late, and that writes down what
// came when.

import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';

/** Allows whatever the asking page wants; a credentialed request wants its origin named. */
const allow = ({ origin, ...headers }) => ({
  'access-control-allow-origin': origin,
  'access-control-allow-credentials': 'true',
  'access-control-allow-headers': headers['access-control-request-headers'] ?? '*',
});

/**
 * Passes everything on to `target`. `late` says for how many milliseconds the
 * answer to a path is held back. `came` has a line for each request, with its
 * `path`, `method`, when it came (`at`) and when its answer left (`answered`),
 * and the number of its `connection`; `connections` tells when each was made.
 */
export async function startArrivals(target, late = {}) {
  const came = [];
  const connections = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers, socket } = request;
    const line = { method, path: new URL(url, target).pathname, at: performance.now(), connection: socket.number };
    came.push(line);
    const elsewhere = headers.origin && headers.origin !== `http://${headers.host}`;
    const allowed = elsewhere ? allow(headers) : {};
    if (method === 'OPTIONS') return response.writeHead(204, allowed).end();
    const body = Buffer.concat(await request.toArray());
    const onward = ask(target + url, { method, headers });
    onward.end(body);
    onward.on('error', () => response.destroy());
    onward.on('response', async (answer) => {
      const bytes = Buffer.concat(await answer.toArray());
      if (late[line.path]) await new Promise((resolve) => setTimeout(resolve, late[line.path]));
      line.answered = performance.now();
      // Or the browser's cache could stand in for a request.
      response.writeHead(answer.statusCode, { ...answer.headers, ...allowed, 'cache-control': 'no-store' });
      response.end(bytes);
    });
  });
  server.on('connection', (socket) => {
    socket.number = connections.length;
    connections.push(performance.now());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    came,
    connections,
    /** Resolves once there is a connection. */
    async connected() {
      if (connections.length === 0) await once(server, 'connection', { signal: AbortSignal.timeout(20_000) });
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
