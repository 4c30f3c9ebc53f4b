// A port for programs that cannot be told to take any.

import { once } from 'node:events';
import { createServer } from 'node:net';

/** One of loopback that nobody listens at; another program can take it before it is used. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
