// A server of Node's for a test, and what is asked of it as no `fetch` would.

import { once } from 'node:events';
import { createServer, request } from 'node:http';

/** Serves until `close()`; `ask` is that of `askerOf`. */
export async function served(listener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return { base: `http://127.0.0.1:${port}`, ask: askerOf(port), close: () => server.close() };
}

/** What is asked of a port: gives the status, headers and text of an answer. */
export function askerOf(port) {
  return async (method, path, { headers, body } = {}) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
    sent.end(body);
    const [answer] = await once(sent, 'response');
    let text = '';
    for await (const chunk of answer) text += chunk;
    return { status: answer.statusCode, headers: answer.headers, text };
  };
}
