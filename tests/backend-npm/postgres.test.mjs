// PostgreSQL through `pg`, where connections are lost or say nothing.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';

import pg from 'pg';

import { authority, backendOf, entry, pageOf } from './support/backend.mjs';

const { postgres } = await entry('postgres.js');
const { DOWNSCOPE_TEST_POSTGRES: url } = process.env;
const name = (kind) => `npm_${kind}_${process.pid}`;

/** A store, and the pool that it makes. */
function opened(at, options) {
  const pools = [];
  class Pool extends pg.Pool {
    constructor(config) {
      super(config);
      pools.push(this);
    }
  }
  return [postgres({ Pool }, at, options), pools];
}

test('a connection that is lost under a lock costs the lock, and nothing else', async () => {
  const application = name('lost');
  const [store] = opened(url, { application_name: application });
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const count = 'select count(*)::int as n from pg_stat_activity where application_name = $1';
  const end = 'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1';
  const outcome = await store.lock('box', async () => {
    await admin.query(end, [application]);
    while ((await admin.query(count, [application])).rows[0].n > 0);
    return 'done';
  });
  assert.equal(outcome, 'done');
  assert.equal(await store.lock('box', async () => 'again'), 'again');
  await store.close();
  await admin.end();
});

test('work that fails under a lock says so, and gives the lock back', async () => {
  const [store, pools] = opened(url);
  const work = async () => {
    throw new Error('FAKE failure');
  };
  await assert.rejects(store.lock('box', work), /FAKE failure/);
  assert.equal(pools[0].idleCount, 1);
  assert.equal(await store.lock('box', async () => 'again'), 'again');
  await store.close();
});

test('those who wait for a lock in one process have no connection', async () => {
  const [store, pools] = opened(url);
  const most = [];
  const work = async () => void most.push(pools[0].totalCount);
  await Promise.all([1, 2, 3].map(() => store.lock('box', work)));
  assert.deepEqual(most, [1, 1, 1]);
  await store.close();
});

test('the options of a URL are kept, and those of the package hold', async () => {
  const [store, pools] = opened(`${url}?options=-c%20work_mem%3D123kB%20-c%20statement_timeout%3D1`);
  await store.lock('box', async () => {});
  const shown = async (setting) => Object.values((await pools[0].query(`show ${setting}`)).rows[0])[0];
  assert.equal(await shown('work_mem'), '123kB');
  assert.notEqual(await shown('statement_timeout'), '1ms');
  await store.close();
});

test('a connection that answers nothing is given up', async () => {
  // Between the two, what can fall silent.
  let isSilent = false;
  const { port } = new URL(url);
  const sockets = [];
  const proxy = createServer((near) => {
    const far = connect(Number(port), '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]]) {
      sockets.push(from.on('error', () => {}));
      from.on('data', (bytes) => isSilent || to.write(bytes)).on('close', () => to.destroy());
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const through = new URL(url);
  through.port = proxy.address().port;
  const [store, pools] = opened(through.href, { schema: name('silent') });
  const backend = backendOf(authority(), { store, keys: 'A'.repeat(43) });
  assert.equal((await pageOf(backend).token('1')).status, 200);
  isSilent = true;
  const removed = once(pools[0], 'remove', { signal: AbortSignal.timeout(30_000) });
  assert.equal((await pageOf(backend).token('2')).status, 503);
  await removed;
  isSilent = false;
  await backend.close({ patience: 1_000 });
  for (const socket of sockets) socket.destroy();
  proxy.close();
});
