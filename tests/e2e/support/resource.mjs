// A server of another origin that keeps what it receives, for what the
// reference backend does not tell: headers and bodies, word for word.

import { once } from 'node:events';
import { createServer } from 'node:http';

const CORS = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization, *' };

/**
 * Answers requests with `statuses`, one after the other, the last one for ever,
 * and with `headers`. `received` is what came; preflights are answered and not
 * counted.
 */
export async function startResource(statuses, headers = {}) {
  const received = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    if (request.method === 'OPTIONS') return response.writeHead(204, CORS).end();
    const status = statuses[Math.min(received.length, statuses.length - 1)];
    received.push({ method: request.method, url: request.url, headers: request.headers, body });
    response.writeHead(status, { ...CORS, ...headers }).end();
    server.emit('received');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    received,
    /** The first request, as soon as it is there. */
    async first() {
      if (received.length === 0) await once(server, 'received', { signal: AbortSignal.timeout(5_000) });
      return received[0];
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
