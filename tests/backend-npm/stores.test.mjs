// The stores that several instances share, through the clients that apps have.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Cluster, Redis } from 'ioredis';
import pg from 'pg';
import { createClient, createCluster } from 'redis';

import { authority, backendOf, entry, pageOf } from './support/backend.mjs';

const { redis } = await entry('redis.js');
const { postgres } = await entry('postgres.js');
const { DOWNSCOPE_TEST_REDIS: redisUrl, DOWNSCOPE_TEST_POSTGRES: postgresUrl } = process.env;

const KEYS = 'A'.repeat(43);
const name = (kind) => `npm_${kind}_${process.pid}`;

/** Each opens two stores of two instances, and what closes their clients. */
const kinds = {
  redis() {
    const clients = [1, 2].map(() => createClient({ url: redisUrl }));
    const stores = clients.map((client) => redis(client, { prefix: name('redis') }));
    return [stores, () => clients.forEach((client) => client.destroy())];
  },
  ioredis() {
    const clients = [1, 2].map(() => new Redis(redisUrl));
    const stores = clients.map((client) => redis(client, { prefix: name('ioredis'), shards: 3 }));
    return [stores, () => clients.forEach((client) => client.disconnect())];
  },
  pg() {
    const stores = [1, 2].map(() => postgres(pg, postgresUrl, { schema: name('pg') }));
    return [stores, () => {}];
  },
};

for (const [kind, open] of Object.entries(kinds)) {
  test(`over ${kind}, what one instance has minted another revokes, leases and recalls`, async () => {
    const server = authority();
    const [stores, close] = open();
    const backends = stores.map((store) => backendOf(server, { store, keys: KEYS }));
    const page = pageOf(...backends);
    // The token at the first, its revoke at the second.
    const { access_token } = await (await page.token('1')).json();
    const answer = await page.revoke({ token: access_token });
    assert.deepEqual([answer.status, server.alive.size], [204, 0]);
    // A request that comes twice, once at each, has one token.
    const twice = await Promise.all(['2', '2'].map(() => page.token('2', { lease: true })));
    const statuses = twice.map(({ status }) => status);
    assert.ok(statuses.includes(200) && statuses.every((status) => [200, 503].includes(status)));
    assert.equal(server.alive.size, 1);
    assert.equal((await page.lease()).status, 200);
    const { due } = await backends[1].recall({ user: 'alice' });
    assert.equal(due, 1);
    const heard = await (await page.lease()).json();
    assert.equal(heard.revoke, 'all');
    while (server.alive.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    // The store is told after the authorization server.
    while ((await backends[0].stats()).due > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    await Promise.all(backends.map((backend) => backend.close()));
    close();
  });
}

for (const [kind, open] of Object.entries(kinds)) {
  test(`over ${kind}, who waits for a lock works after whoever has it`, async () => {
    const [[one, another], close] = open();
    const order = [];
    let begin;
    const hasBegun = new Promise((resolve) => (begin = resolve));
    const first = one.lock('test', async () => {
      begin();
      order.push('first begins');
      await new Promise((resolve) => setTimeout(resolve, 100));
      order.push('first ends');
    });
    await hasBegun;
    await Promise.all([first, another.lock('test', async () => order.push('second'))]);
    assert.deepEqual(order, ['first begins', 'first ends', 'second']);
    await Promise.all([one, another].map((store) => store.close?.()));
    close();
  });
}

test('a lock in Redis lasts for as long as the work does', async (context) => {
  const client = await createClient({ url: redisUrl }).connect();
  const store = redis(client, { prefix: name('renewed') });
  const key = `{${name('renewed')}}:lock:box`;
  context.mock.timers.enable({ apis: ['setInterval'] });
  await store.lock('box', async () => {
    await client.pExpire(key, 3_000);
    context.mock.timers.tick(5_000);
    // Sent after the renewal, by the same connection.
    assert.ok((await client.pTTL(key)) > 10_000);
  });
  assert.equal(await client.exists(key), 0);
  client.destroy();
});

test('the client of a cluster is refused', () => {
  const cluster = createCluster({ rootNodes: [{ url: redisUrl }] });
  assert.throws(() => redis(cluster), { name: 'TypeError', message: /cluster/ });
  const another = new Cluster([redisUrl], { lazyConnect: true });
  assert.throws(() => redis(another), { name: 'TypeError', message: /cluster/ });
});
