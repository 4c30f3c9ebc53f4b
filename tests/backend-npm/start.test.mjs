// How a backend starts, what it does when that fails, and how it ends.

import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer as createHttpServer, request } from 'node:http';
import { createServer } from 'node:net';
import { test } from 'node:test';

import pg from 'pg';

import { APP, authority, backendOf, entry, memory, pageOf } from './support/backend.mjs';
import { logged } from './support/log.mjs';

const { toNodeHandler } = await entry('node.js');
const { postgres } = await entry('postgres.js');
const KEYS = 'A'.repeat(43);

/** A store in memory whose connection is `connect`'s; that it is asked for again is told. */
function storeOf(connect, close) {
  return { ...memory(), connect, close };
}

test('a backend whose store was away starts with a later request', async () => {
  let isAway = true;
  const store = storeOf(async () => {
    if (isAway) throw new Error('FAKE outage');
  });
  let backend;
  const lines = await logged(async () => {
    backend = backendOf(authority(), { store, keys: KEYS });
    const answer = await pageOf(backend).token('1');
    assert.equal(answer.status, 503);
    assert.equal((await answer.json()).error, 'temporarily_unavailable');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.match(answer.headers.get('retry-after'), /^[1-9]\d*$/);
    // The page is of another origin, and is to read it.
    assert.equal(answer.headers.get('access-control-allow-origin'), APP);
    assert.equal((await pageOf(backend).revoke({ token: 'FAKE-token' })).status, 503);
    const preflight = await backend.handle(
      new Request(`${APP}/api/token`, { method: 'OPTIONS', headers: { origin: APP } }),
    );
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-methods'), 'POST');
    const stranger = { method: 'POST', headers: { origin: 'https://evil.example' } };
    const other = await backend.handle(new Request(`${APP}/api/token`, stranger));
    assert.equal(other.headers.get('access-control-allow-origin'), null);
  });
  assert.ok(lines.some((line) => line.includes('FAKE outage')));
  isAway = false;
  assert.equal((await pageOf(backend).token('1')).status, 200);
  await backend.close();
});

test('a start that hangs is given up, and the next request begins another', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let starts = 0;
  const store = storeOf(() => ((starts += 1) === 1 ? new Promise(() => {}) : undefined));
  const lines = await logged(async () => {
    const backend = backendOf(authority(), { store, keys: KEYS });
    const answer = pageOf(backend).token('1');
    context.mock.timers.tick(10_000);
    assert.equal((await answer).status, 503);
    context.mock.timers.reset();
    assert.equal((await pageOf(backend).token('1')).status, 200);
    await backend.close();
  });
  assert.equal(lines.length, 1);
});

test('a revoke whose page has gone during the start is carried out', async (t) => {
  const told = new EventEmitter();
  const revoke = (token) => (told.emit('revoked', token), new Response());
  const store = storeOf(() => once(told, 'store'));
  const backend = backendOf({ ...authority(), revoke }, { store, keys: KEYS });
  const handler = toNodeHandler(backend);
  const server = createHttpServer((request, response) => {
    response.once('close', () => told.emit('gone'));
    handler(request, response);
    told.emit('came');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());

  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const sent = request({ port: server.address().port, method: 'POST', path: '/api/revoke', headers });
  const [came, gone, revoked] = ['came', 'gone', 'revoked'].map((name) => once(told, name));
  sent.on('error', () => {}).end('token=FAKE-token');
  await came;
  sent.destroy();
  await gone;
  told.emit('store');
  assert.deepEqual(await revoked, ['FAKE-token']);
  await backend.close();
});

test('a backend that never started closes its store, once', async () => {
  let closed = 0;
  const store = storeOf(() => new Promise(() => {}), async () => void (closed += 1));
  const backend = backendOf(authority(), { store, keys: KEYS });
  const first = backend.close({ patience: 0 });
  assert.equal(backend.close(), first);
  await first;
  assert.equal(closed, 1);
});

test('a database that answers nothing does not keep a backend from closing', async () => {
  // A stand-in for a PostgreSQL that hangs: it takes connections, and says nothing.
  const sockets = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `postgres://127.0.0.1:${server.address().port}/postgres`;
  await logged(async () => {
    const backend = backendOf(authority(), { store: postgres(pg, url), keys: KEYS });
    await once(server, 'connection');
    await backend.close({ patience: 100 });
    assert.equal((await pageOf(backend).token('1')).status, 503);
  });
  for (const socket of sockets) socket.destroy();
  server.close();
});

test('an onEvent that rejects and a waitUntil that throws are logged, and change nothing', async () => {
  const failed = (message) => Object.assign(new Error(message), { token: 'FAKE-secret' });
  const server = authority();
  const lines = await logged(async () => {
    const backend = backendOf(server, {
      onEvent: () => Promise.reject(failed('FAKE event')),
      waitUntil() {
        throw failed('FAKE wait');
      },
    });
    assert.equal((await pageOf(backend).token('1')).status, 200);
    assert.deepEqual(await backend.recall({ user: 'alice' }), { due: 1 });
    await backend.close();
  });
  const all = lines.join('\n');
  assert.ok(all.includes('FAKE event') && all.includes('FAKE wait'));
  assert.ok(!all.includes('FAKE-secret'));
});

test('a recall hands a sweep to waitUntil', async () => {
  const server = authority();
  const work = [];
  const backend = backendOf(server, { waitUntil: (promise) => work.push(promise) });
  await pageOf(backend).token('1');
  await Promise.all(work);
  const before = work.length;
  assert.deepEqual(await backend.recall({ user: 'alice' }), { due: 1 });
  assert.equal(work.length, before + 1);
  await work.at(-1);
  assert.equal(server.alive.size, 0);
  await backend.close();
});

test('a recall with a field that nobody knows is refused', async () => {
  const backend = backendOf(authority());
  for (const more of [{ sign_in: 'alice-1' }, { resource: 'https://api.example/files/1' }]) {
    await assert.rejects(backend.recall({ user: 'alice', ...more }), /recall/);
  }
  await backend.close();
});
