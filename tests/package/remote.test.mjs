// The page's side of a keeper, with keepers that are begun, abandoned and gone as pages are.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { load } from './support/client.mjs';

// What is taken of the platform, once: its timers are the test's, and Node has no such global yet.
mock.timers.enable({ apis: ['setTimeout'] });
globalThis.navigator ??= {};

const { RemoteClient } = await load('remote.js');

/** A client, and what became of its keepers: `ports` are theirs, in turn. */
function newClient() {
  const told = { ports: [], ended: 0, isThere: true, heard: [] };
  const client = new RemoteClient({
    open: (port) => void told.ports.push(port),
    isThere: () => told.isThere,
    end: () => void (told.ended += 1),
    heard: ([type]) => type === 'handle' && !!told.heard.push(type),
  });
  return { client, told };
}

/** Resolves once what was posted before has arrived. */
const arrived = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test('who waits for a keeper that is lost as it starts hears so at once', async (t) => {
  const { client, told } = newClient();
  t.after(() => told.ports.forEach((port) => port.close()));
  const waiting = client.connected();
  client.lost();
  await assert.rejects(waiting, TypeError);
});

test('a keeper that was abandoned as it started ends no later one, and is not heard', async (t) => {
  const { client, told } = newClient();
  t.after(() => told.ports.forEach((port) => port.close()));
  client.connected().catch(() => {});
  client.lost();
  const connecting = client.connected();
  const [abandoned, port] = told.ports;
  port.postMessage(['ready', 'worker']);
  const connection = await connecting;
  mock.timers.tick(30_000);
  abandoned.postMessage(['handle', 'FAKE']);
  abandoned.postMessage(['unready']);
  abandoned.postMessage(['ready', 'worker']);
  await arrived();
  assert.equal(told.ended, 0);
  assert.deepEqual(told.heard, []);
  assert.equal(await client.connected(), connection);
});

test('a keeper that does not start is given thirty seconds, and the next call has another', async (t) => {
  const { client, told } = newClient();
  t.after(() => told.ports.forEach((port) => port.close()));
  const waiting = client.connected();
  mock.timers.tick(29_999);
  assert.equal(told.ended, 0);
  mock.timers.tick(1);
  await assert.rejects(waiting, { code: 'unsupported' });
  assert.equal(told.ended, 1);
  client.connected().catch(() => {});
  assert.equal(told.ports.length, 2);
  client.lost();
});

test('closing does not wait for a keeper that is gone', async (t) => {
  const { client, told } = newClient();
  t.after(() => told.ports.forEach((port) => port.close()));
  const connecting = client.connected();
  told.ports[0].postMessage(['ready', 'vault']);
  await connecting;
  const waiting = assert.rejects(client.call('revoke', 0, false), TypeError);
  await arrived();
  told.isThere = false;
  assert.deepEqual(await client.close(), { tokens: 0, confirmed: false });
  await waiting;
});
