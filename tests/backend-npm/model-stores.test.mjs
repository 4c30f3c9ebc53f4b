// The same as in model.test.mjs over the stores that instances share: two of them, one of which dies
// now and then, and the store keeps what it had. Time passes for the instances where a seed says so; the
// store's own passes as it does.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import pg from 'pg';
import { createClient } from 'redis';

import { entry } from './support/backend.mjs';
import { takeTime } from './support/model/clock.mjs';
import { live } from './support/model/lives.mjs';

const { redis } = await entry('redis.js');
const { postgres } = await entry('postgres.js');
const { DOWNSCOPE_TEST_REDIS: redisUrl, DOWNSCOPE_TEST_POSTGRES: postgresUrl } = process.env;
const SEED = Number(process.env.DOWNSCOPE_SEED ?? 8693);
const LIVES = Number(process.env.DOWNSCOPE_LIVES ?? 25);

/** What is under way at a store. */
let pending = 0;
const clock = takeTime({ busy: () => pending });

async function counted(promise) {
  pending += 1;
  try {
    return await promise;
  } finally {
    pending -= 1;
    clock.note();
  }
}

/** A store whose calls are counted. */
function watched(store) {
  const countedFunction = (work) => (...words) => {
    const given = work(...words);
    return given instanceof Promise ? counted(given) : given;
  };
  const connect = async () => {
    const connection = await store.connect();
    return Object.fromEntries(Object.entries(connection).map(([name, work]) => [name, countedFunction(work)]));
  };
  return { ...store, connect: () => counted(connect()) };
}

const kinds = {
  Redis: (prefix) => () => {
    const client = createClient({ url: redisUrl });
    client.on('error', () => {});
    return {
      store: watched(redis(client, { prefix, isFirst: true })),
      lose: () => client.isOpen && client.destroy(),
    };
  },
  PostgreSQL: (schema) => () => {
    const store = postgres(pg, postgresUrl, { schema, isFirst: true, connections: 4 });
    return { store: watched(store), lose: () => void store.close({ patience: 0 }) };
  },
};

for (const [kind, openOf] of Object.entries(kinds)) {
  test(`over ${kind}, what is said to be dead is dead, though one of two instances dies`, async () => {
    let said = 0;
    for (let seed = SEED; seed < SEED + LIVES; seed += 1) {
      const open = openOf(`npm_model_${process.pid}_${seed}`);
      const shared = { keeps: true, instances: 2, background: false, sweeps: true };
      const world = await live(seed, { clock, open, ...shared });
      assert.deepEqual(world.lies, [], `DOWNSCOPE_SEED=${seed}\n${world.trace.join('\n')}`);
      said += world.said.length;
    }
    if (LIVES > 20) assert.ok(said > LIVES, String(said));
  });
}
