// A network that can be lost: what is sent goes nowhere, and nobody is told.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Forwards to the server of `origin` until it is muted. */
export async function relayTo(origin) {
  const { hostname, port } = new URL(origin);
  const sockets = new Set();
  let isMuted = false;

  const keep = (socket) => {
    sockets.add(socket);
    // A peer that gives up is no news: nothing is passed on either way.
    socket.on('error', () => {});
    return socket;
  };
  // Half open, because the end of one side is not to close the other.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    keep(client);
    if (isMuted) return void client.pause();
    const target = keep(connect({ host: hostname, port, allowHalfOpen: true }));
    client.pipe(target);
    target.pipe(client);
    client.on('close', () => isMuted || target.destroy());
    target.on('close', () => isMuted || client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    origin: `http://${hostname}:${server.address().port}`,
    /** From now on nothing is forwarded, and nothing is closed. */
    mute() {
      isMuted = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    close() {
      isMuted = true;
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
