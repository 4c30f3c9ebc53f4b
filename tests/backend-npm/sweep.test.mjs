// Where nothing runs between the requests: what one sweep ends, and what once a minute is enough for. Time
// passes where a test says so.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { authority, backendOf, memory, pageOf } from './support/backend.mjs';
import { takeTime } from './support/model/clock.mjs';

const clock = takeTime();
const SWEPT = { waitUntil() {} };
const MINUTE = 60_000;

/** What comes of a promise, in as many milliseconds as that takes; no more than a minute. */
async function inTime(promise) {
  let outcome;
  promise.then((value) => (outcome = { value }));
  await clock.settled();
  for (let passed = 0; !outcome && passed < MINUTE; passed += 100) await clock.pass(100);
  assert.ok(outcome, 'it takes longer than a minute');
  return outcome.value;
}

function sweptOf(server, options) {
  return backendOf(server, { ...SWEPT, store: memory({ isFirst: true }), ...options });
}

async function mintedFor(page, count, more) {
  for (let id = 1; id <= count; id += 1) {
    assert.equal((await inTime(page.token(String(id), more))).status, 200);
  }
}

test('what has failed is tried again within one sweep', async () => {
  let isDown = true;
  const server = authority({ fails: () => isDown });
  const backend = sweptOf(server);
  const page = pageOf(backend);
  const { access_token: token } = await (await inTime(page.token('1'))).json();
  assert.equal((await inTime(page.revoke({ token }))).status, 202);
  isDown = false;
  assert.deepEqual(await inTime(backend.sweep()), { due: 0 });
  assert.equal(server.alive.size, 0);
});

test('a sweep that can end nothing gives up, and says what is left', async () => {
  const backend = sweptOf(authority({ fails: () => true }));
  await mintedFor(pageOf(backend), 2);
  await inTime(backend.recall({ user: 'alice' }));
  const since = clock.now();
  assert.deepEqual(await inTime(backend.sweep({ patience: 3_000 })), { due: 2 });
  assert.ok(clock.now() - since <= 4_000);
  assert.deepEqual(await inTime(backend.sweep({ patience: 0 })), { due: 2 });
});

test('a sweep keeps to the rate, and still ends all', async () => {
  const server = authority();
  const backend = sweptOf(server, { revocationsPerSecond: 10 });
  await mintedFor(pageOf(backend), 100);
  assert.deepEqual(await inTime(backend.recall({ user: 'alice' })), { due: 100 });
  const since = clock.now();
  assert.deepEqual(await inTime(backend.sweep()), { due: 0 });
  assert.equal(server.alive.size, 0);
  assert.ok(clock.now() - since > 9_000);
});

test('made-up names keep a sweep for as long as it waits, and no longer', async () => {
  const backend = sweptOf(authority());
  const page = pageOf(backend);
  const names = Array.from({ length: 1_000 }, (_, number) => `FAKE-made-up-${number}`);
  await inTime(Promise.all(names.map((token) => page.revoke({ token }))));
  const since = clock.now();
  const { due } = await inTime(backend.sweep());
  assert.ok(due > 0 && due < 1_000, String(due));
  assert.ok(clock.now() - since <= 11_000);
});

test('a page that falls silent loses its tokens by a sweep a minute', async () => {
  const server = authority();
  const backend = sweptOf(server, { lease: { hold: 1_000, term: 123_000 } });
  const page = pageOf(backend);
  await mintedFor(page, 1, { lease: true });
  const since = clock.now();
  while (server.alive.size > 0 && clock.now() < since + 10 * MINUTE) {
    await clock.pass(MINUTE);
    await inTime(backend.sweep());
  }
  assert.equal(server.alive.size, 0);
  assert.ok(clock.now() - since >= 123_000);
  assert.ok(clock.now() - since <= 123_000 + 70_000, String(clock.now() - since));
});

test('a page that says that it lives keeps its token through sweeps a minute apart', async () => {
  const server = authority();
  const backend = sweptOf(server, { lease: { hold: 1_000, term: 123_000 } });
  const page = pageOf(backend);
  await mintedFor(page, 1, { lease: true });
  for (let minute = 0; minute < 6; minute += 1) {
    await clock.pass(MINUTE);
    await inTime(backend.sweep());
    assert.equal((await inTime(page.lease())).status, 200);
  }
  assert.equal(server.alive.size, 1);
});
