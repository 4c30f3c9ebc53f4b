// Redis behind Sentinel: the server dies, its replica takes its place, and the clients find it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { Redis } from 'ioredis';
import { createClient, createSentinel } from 'redis';

import { authority, backendOf, entry, pageOf } from './support/backend.mjs';
import { logged } from './support/log.mjs';

const { redis } = await entry('redis.js');
const { REDIS_SERVER = 'redis-server' } = process.env;
const NAME = 'downscope';
const KEYS = 'A'.repeat(43);
const directory = mkdtempSync(join(tmpdir(), 'downscope-'));
const children = [];

after(async () => {
  const ended = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  await Promise.all(ended.map((child) => (child.kill('SIGKILL'), once(child, 'exit'))));
  rmSync(directory, { recursive: true });
});

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a server by these lines of its file, and gives a client of it. */
async function server(port, lines, more = []) {
  const file = join(directory, `${port}.conf`);
  const own = ['bind 127.0.0.1', `port ${port}`, `dir ${directory}`];
  writeFileSync(file, [...own, ...lines].join('\n'));
  const child = spawn(REDIS_SERVER, [file, ...more], { stdio: 'ignore' });
  children.push(child);
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  client.on('error', () => {});
  await client.connect();
  return { child, client, port };
}

/** Asks until it is so; each time it asks is a turn of the network, and no measure of time. */
async function until(ask) {
  while (!(await ask())) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Whoever is promoted ends its connections, those of this test among them. */
function replicationOf({ client }) {
  return client.info('replication').catch(() => '');
}

/** A server, its replica, and a Sentinel that watches them. */
async function watchedServers() {
  const [first, second, third] = [await freePort(), await freePort(), await freePort()];
  const lines = ['save ""', 'appendonly no', 'repl-diskless-sync-delay 0'];
  const main = await server(first, lines);
  const replica = await server(second, [...lines, `replicaof 127.0.0.1 ${first}`]);
  await until(async () => (await replicationOf(replica)).includes('master_link_status:up'));
  const watch = [`sentinel monitor ${NAME} 127.0.0.1 ${first} 1`];
  watch.push(`sentinel down-after-milliseconds ${NAME} 500`, `sentinel failover-timeout ${NAME} 2000`);
  const sentinel = await server(third, watch, ['--sentinel']);
  await until(async () => (await sentinel.client.sendCommand(['SENTINEL', 'REPLICAS', NAME])).length > 0);
  return { main, replica, sentinel };
}

const kinds = {
  redis({ port }) {
    const sentinelRootNodes = [{ host: '127.0.0.1', port }];
    const client = createSentinel({ name: NAME, sentinelRootNodes, scanInterval: 100 });
    client.on('error', () => {});
    return [client, () => client.destroy()];
  },
  ioredis({ port }) {
    const client = new Redis({ name: NAME, sentinels: [{ host: '127.0.0.1', port }] });
    client.on('error', () => {});
    return [client, () => client.disconnect()];
  },
};

for (const [kind, open] of Object.entries(kinds)) {
  test(`by ${kind}, what was minted before a failover is revoked after it`, async () => {
    const { main, replica, sentinel } = await watchedServers();
    const server = authority();
    const [client, close] = open(sentinel);
    await logged(async () => {
      const backend = backendOf(server, { store: redis(client), keys: KEYS });
      const page = pageOf(backend);
      let id = 0;
      // Where the machine is busy, the store is late, and it is 503.
      const asked = async () => page.token(String((id += 1)));
      let answer;
      await until(async () => (answer = await asked()).status === 200);
      const { access_token: token } = await answer.json();
      // What a server has not yet told its replica, nobody knows when it dies.
      assert.equal(await main.client.wait(1, 0), 1);
      main.client.destroy();
      main.child.kill('SIGKILL');
      await until(async () => (await replicationOf(replica)).includes('role:master'));
      await until(async () => (await asked()).status === 200);
      await until(async () => (await page.revoke({ token })).status === 204);
      assert.ok(!server.alive.has(token));
      await backend.recall({ user: 'alice' });
      await until(() => server.alive.size === 0);
      await backend.close({ patience: 1_000 });
    });
    close();
    replica.client.destroy();
    sentinel.client.destroy();
  });
}
