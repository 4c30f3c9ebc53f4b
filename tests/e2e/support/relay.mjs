// A way to an origin that can be cut, and that keeps what went along it.

import { on, once } from 'node:events';
import { createServer, request as ask } from 'node:http';

/**
 * Passes everything on to `target`, from an origin of its own. `requests` are
 * those that came, with `url`, `headers` and `body`; one whose answer the
 * browser did not read to its end is `abandoned`. `rewrite` may change bodies.
 */
export async function startRelay(target, rewrite = (body) => body) {
  const requests = [];
  let isCut = false;
  let limit = Infinity;
  let heldBack = Promise.resolve();
  const server = createServer(async (request, response) => {
    if (isCut) return request.socket.destroy();
    const { method, url, headers } = request;
    const kept = { url: target + url, method, headers, body: '', abandoned: false };
    requests.push(kept);
    kept.body = Buffer.concat(await request.toArray()).toString();
    server.emit('came', kept);
    await heldBack;
    const body = Buffer.from(rewrite(kept.body));
    const length = body.length > 0 && { 'content-length': body.length };
    const onward = ask(target + url, { method, headers: { ...headers, ...length } });
    onward.end(body);
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      let passed = 0;
      answer.on('data', (chunk) => {
        if (passed < limit) response.write(chunk);
        passed += chunk.length;
      });
      answer.on('end', () => passed < limit && response.end());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => {
      kept.abandoned = !response.writableFinished;
      onward.destroy();
      server.emit('ended', kept);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    requests,
    /** From now on nobody gets through; what is under way breaks. */
    cut() {
      isCut = true;
      server.closeAllConnections();
    },
    mend() {
      isCut = false;
    },
    /** Requests wait here until what is given is called. */
    holdBack() {
      let release;
      heldBack = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    /** The next request, once it is here. */
    async next() {
      const [kept] = await once(server, 'came', { signal: AbortSignal.timeout(20_000) });
      return kept;
    },
    /** Answers stop short once they are this long, and stay unfinished. */
    stallAfter(bytes) {
      limit = bytes;
    },
    /** Resolves when the next request for `path` is abandoned. */
    async abandoned(path) {
      // All of them: two may end at once.
      for await (const [ended] of on(server, 'ended', { signal: AbortSignal.timeout(20_000) })) {
        if (ended.abandoned && new URL(ended.url).pathname === path) return;
      }
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
