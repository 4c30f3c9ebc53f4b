// A way to an origin that can be cut, and that keeps what went along it.

import { on, once } from 'node:events';
import { createServer, request as ask } from 'node:http';

/**
 * Passes everything on to `target`, from an origin of its own. `requests` are
 * those that came, with `url`, `headers` and `body`, and the text of the `answer`
 * once that is there; one whose answer the browser did not read to its end is
 * `abandoned`. `rewrite` may change bodies.
 */
export async function startRelay(target, rewrite = (body) => body) {
  const requests = [];
  let isCut = false;
  let limit = Infinity;
  let loss;
  let heldBack = Promise.resolve();
  const server = createServer(async (request, response) => {
    if (isCut) return request.socket.destroy();
    const { method, url, headers } = request;
    const kept = { url: target + url, method, headers, body: '', answer: undefined, abandoned: false };
    requests.push(kept);
    kept.body = Buffer.concat(await request.toArray()).toString();
    server.emit('came', kept);
    await heldBack;
    const body = Buffer.from(rewrite(kept.body));
    const length = body.length > 0 && { 'content-length': body.length };
    const onward = ask(target + url, { method, headers: { ...headers, ...length } });
    onward.end(body);
    onward.on('response', (answer) => {
      const pass = loss ? passUnlessMeant : passOn;
      // Who asked has gone, or the target has; there is nobody to tell.
      pass(kept, answer, response).catch(() => response.destroy());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => {
      kept.abandoned = !response.writableFinished;
      onward.destroy();
      server.emit('ended', kept);
    });
  });

  /** Piece by piece, as it comes. */
  async function passOn(kept, answer, response) {
    response.writeHead(answer.statusCode, answer.headers);
    const chunks = [];
    let passed = 0;
    for await (const chunk of answer) {
      if (passed < limit) response.write(chunk);
      passed += chunk.length;
      chunks.push(chunk);
    }
    kept.answer = Buffer.concat(chunks).toString();
    if (passed < limit) response.end();
  }

  /** Once it is known as a whole, and not if it is the one that is to be lost. */
  async function passUnlessMeant(kept, answer, response) {
    const body = Buffer.concat(await answer.toArray());
    kept.answer = body.toString();
    const isMeant = loss?.isMeant(kept);
    const { isBegun, resolve } = loss ?? {};
    if (isMeant) loss = undefined;
    if (!isMeant || isBegun) response.writeHead(answer.statusCode, answer.headers);
    if (!isMeant) return response.end(body);
    // After the half has left, or it would be as if none of it had been sent.
    if (isBegun) await new Promise((sent) => response.write(body.subarray(0, body.length >> 1), sent));
    response.socket.end();
    resolve(kept);
  }

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
    /**
     * The next answer that `isMeant` is lost with its connection: the half of it
     * that `isBegun`, else all of it. Gives its request once that has happened.
     */
    loseOnce: (isMeant, { isBegun }) =>
      new Promise((resolve) => {
        loss = { isMeant, isBegun, resolve };
      }),
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
