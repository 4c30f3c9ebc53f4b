// An authorization server that is asked over HTTP, by backends in other processes.

import { once } from 'node:events';
import { createServer } from 'node:http';

/** Starts one: what it has minted is alive until it is revoked. `hold()` keeps its answers back
 * until what it gives is called, `until` waits until something is true of it. */
export async function startAuthority() {
  const alive = new Set();
  const waiting = new Set();
  let gate;
  const authority = {
    alive,
    asked: 0,
    /** The status of a revoke that fails. */
    fails: undefined,
    hold() {
      let release;
      gate = new Promise((resolve) => (release = resolve));
      return () => {
        gate = undefined;
        release();
      };
    },
    async until(isTrue) {
      while (!isTrue()) await new Promise((resolve) => waiting.add(resolve));
    },
  };
  const changed = () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    authority.asked += 1;
    changed();
    await gate;
    if (request.url === '/oauth2/revoke') {
      if (!authority.fails) alive.delete(new URLSearchParams(text).get('token'));
      response.writeHead(authority.fails ?? 200).end();
    } else {
      const access_token = `FAKE-token-${authority.asked}`;
      alive.add(access_token);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ access_token, expires_in: 3600, token_type: 'bearer' }));
    }
    changed();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  authority.origin = `http://127.0.0.1:${server.address().port}`;
  authority.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return authority;
}
