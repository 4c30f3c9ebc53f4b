// Hears of what pages throw and nobody catches, in engines whose driver does
// not tell. The pages send it by `watch.js`.

import { once } from 'node:events';
import { createServer } from 'node:http';

/** Calls `tell` with each error, as `{ message, stack }`. */
export async function startWatcher(tell) {
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    response.writeHead(204).end();
    tell(JSON.parse(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
