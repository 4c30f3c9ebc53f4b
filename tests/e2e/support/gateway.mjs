// A gateway between pages and the backend, at which some requests meet a fault.

import { EventEmitter, once } from 'node:events';
import { Agent, createServer, request as ask } from 'node:http';

import { FAULTS, loginPage } from './gateway-faults.mjs';

/**
 * Sooner than this no client asks again, but a browser may send a request that got
 * no answer once more by itself: to the client that is one request.
 */
const REPETITION = 1_000;

/**
 * Passes everything on to `target`. Of each cell it knows what to strike: `kind`
 * (`token`, `revoke`, `lease`) are the requests, `times` how many of them,
 * `fault` what they meet, `isPassedOn` whether the backend hears of them
 * nevertheless, and `isRepeatedInVain` whether the browser's repetitions meet it
 * as well. A page names its cell in the path: `/cell/<name>/api/token`. With
 * `/cell/<name>/api/mend` it says that from now on nothing is in the way.
 */
export function startGateway(target) {
  const agent = new Agent({ keepAlive: true });
  const servers = [];
  const cells = new Map();
  const sessions = new Map();
  const told = new EventEmitter();
  let underWay = 0;

  /** What the backend answers, whoever still waits for that. */
  async function passOn({ method, headers }, url, body) {
    underWay += 1;
    try {
      const onward = ask(target + url, { method, headers, agent });
      onward.end(body);
      const [answer] = await once(onward, 'response');
      const { statusCode: status, headers: given } = answer;
      return { status, headers: given, body: Buffer.concat(await answer.toArray()) };
    } finally {
      underWay -= 1;
    }
  }

  async function handle(request, response) {
    const [, name, path] = /^\/cell\/([^/]+)(\/.*)$/.exec(request.url) ?? [];
    const body = Buffer.concat(await request.toArray());
    if (request.url === '/login') return loginPage({ response });
    const cell = cells.get(decodeURIComponent(name ?? ''));
    if (!cell) return give(response, await passOn(request, request.url, body));

    const kind = path.slice('/api/'.length);
    if (kind === 'mend') return mend(cell, response);
    note(cell, kind, body);
    const isMeant = isToBeStruck(cell, kind, String(body));
    const isHeard = !isMeant || cell.isPassedOn;
    const real = isHeard ? await passOn(request, path, body) : undefined;
    if (isMeant) strike(cell, response, real);
    else give(response, real);
  }

  function mend(cell, response) {
    cell.left = 0;
    cell.last = undefined;
    response.writeHead(204).end();
  }

  function note(cell, kind, body) {
    const line = { at: performance.now() };
    if (kind === 'token') {
      const { session, id } = JSON.parse(body);
      sessions.set(session, cell.name);
      line.id = `${session} ${id}`;
    }
    cell.requests[kind].push(line);
  }

  function isToBeStruck(cell, kind, text) {
    const { last } = cell;
    if (last?.text === text && performance.now() < last.until) return cell.isRepeatedInVain;
    if (kind !== cell.kind || cell.left === 0) return false;
    cell.left -= 1;
    // Until it is answered it can be nothing but repeated; one for a token has a
    // name of its own, and is the same for ever.
    cell.last = { text, until: Infinity };
    return true;
  }

  function strike(cell, response, real) {
    FAULTS[cell.fault]({ response, real });
    if (cell.kind !== 'token') cell.last.until = performance.now() + REPETITION;
    cell.isStruck = true;
    told.emit('struck');
  }

  return {
    /** An origin of its own: a browser has six connections to each, and no more. */
    async open() {
      const server = createServer((request, response) => {
        // Who asked has gone, or the backend has; there is nobody to tell.
        handle(request, response).catch(() => response.destroy());
      });
      servers.push(server);
      // Longer than any test: whatever else is broken, this is not.
      server.keepAliveTimeout = 300_000;
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return `http://127.0.0.1:${server.address().port}`;
    },
    /** From now on there are these cells, and no others. */
    expect(expected) {
      cells.clear();
      sessions.clear();
      for (const cell of expected) {
        const requests = { token: [], revoke: [], lease: [] };
        cells.set(cell.name, { ...cell, left: cell.times, isStruck: false, requests });
      }
    },
    /** The requests of a cell, by kind; those for tokens with the `id` that they gave themselves. */
    requests: (name) => cells.get(name).requests,
    /** The cell that a page life belongs to. */
    cellOf: (session) => sessions.get(session),
    /** Whether nobody has to wait for the backend. */
    isIdle: () => underWay === 0,
    /** Resolves once every one of these cells has met its fault. */
    async struck(names) {
      const missing = () => names.filter((name) => !cells.get(name).isStruck);
      const signal = AbortSignal.timeout(20_000);
      while (missing().length > 0) {
        await once(told, 'struck', { signal }).catch(() => {
          throw new Error(`no request that could be struck: ${missing().join('; ')}`);
        });
      }
    },
    close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      agent.destroy();
    },
  };
}

function give(response, { status, headers, body }) {
  response.writeHead(status, { ...headers, 'cache-control': 'no-store' }).end(body);
}
