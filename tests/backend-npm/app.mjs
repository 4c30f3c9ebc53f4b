// An app on the package, for the conformance kit and the tests: FRAMEWORK and STORE say which.

import { createServer } from 'node:http';

import { FILES, rulesOf } from './support/rules.mjs';

const { createBackend, memory } = await import(entry('index.js'));
const { toExpress, toFastify, toNodeHandler } = await import(entry('node.js'));

const { BOX_API: authority, PORT, STORE = 'memory', FRAMEWORK = 'node' } = process.env;
const files = process.env.FILES?.split(' ') ?? FILES;

const backend = createBackend({
  ...rulesOf(authority, files),
  store: await store(),
  handles: process.env.HANDLES ?? 'short',
  lease: { hold: 4_000, term: 10_000 },
  onEvent: process.env.EVENTS && ((event) => console.log(JSON.stringify(event))),
});

async function store() {
  const prefix = process.env.PREFIX ?? 'downscope';
  if (STORE.startsWith('redis:')) {
    const { redis } = await import(entry('redis.js'));
    if (process.env.REDIS_CLIENT === 'ioredis') {
      const { Redis } = await import('ioredis');
      return redis(new Redis(STORE), { prefix });
    }
    const { createClient } = await import('redis');
    const connection = createClient({ url: STORE });
    connection.on('error', () => {});
    return redis(connection, { prefix });
  }
  if (STORE.startsWith('postgres:')) {
    const { postgres } = await import(entry('postgres.js'));
    return postgres(await import('pg'), STORE, { schema: prefix });
  }
  return memory();
}

/** What the service has at its admin listener. */
async function recall(body) {
  const { session, sign_in: signIn, user, all, revoke } = JSON.parse(body);
  return JSON.stringify(await backend.recall({ session, signIn, user, all, revoke }));
}

const frameworks = {
  node() {
    const handler = toNodeHandler(backend);
    const server = createServer(async (request, response) => {
      if (request.url !== '/recall') return handler(request, response);
      let body = '';
      for await (const chunk of request) body += chunk;
      return response.end(await recall(body));
    });
    server.listen(Number(PORT), '127.0.0.1');
  },
  async express() {
    const { default: express } = await import('express');
    const app = express();
    app.use(express.json(), express.urlencoded({ extended: process.env.PARSERS === 'extended' }));
    app.use(toExpress(backend));
    app.post('/recall', async (request, response) => {
      response.send(await recall(JSON.stringify(request.body)));
    });
    app.listen(Number(PORT), '127.0.0.1');
  },
  async fastify() {
    const { default: fastify } = await import('fastify');
    const app = fastify();
    await app.register(toFastify(backend));
    app.post('/recall', (request) => recall(JSON.stringify(request.body)));
    await app.listen({ port: Number(PORT), host: '127.0.0.1' });
  },
  async hono() {
    const [{ Hono }, { serve }] = await Promise.all([import('hono'), import('@hono/node-server')]);
    const app = new Hono();
    app.on(['GET', 'POST', 'OPTIONS', 'PUT', 'DELETE'], Object.values(backend.paths), (context) =>
      backend.handle(context.req.raw),
    );
    app.post('/recall', async (context) => context.body(await recall(await context.req.text())));
    serve({ fetch: app.fetch, port: Number(PORT), hostname: '127.0.0.1' });
  },
  deno() {
    globalThis.Deno.serve({ port: Number(PORT), hostname: '127.0.0.1' }, answer);
  },
  bun() {
    // Seconds; a lease request is held for longer than the default.
    const idleTimeout = 120;
    globalThis.Bun.serve({ port: Number(PORT), hostname: '127.0.0.1', idleTimeout, fetch: answer });
  },
};

/** As runtimes ask that have no framework. */
async function answer(request) {
  if (new URL(request.url).pathname !== '/recall') return backend.handle(request);
  return new Response(await recall(await request.text()));
}

await frameworks[FRAMEWORK]();
console.log(`http://127.0.0.1:${PORT}`);

process.once('SIGTERM', async () => {
  await backend.close({ patience: 5_000 });
  process.exit(0);
});

function entry(file) {
  return new URL(file, `file://${process.env.DOWNSCOPE_BACKEND_PKG}/`);
}
