// A backend that keeps nothing from one request to the next.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { authority, backendOf, pageOf, stateless } from './support/backend.mjs';

const KEYS = 'A'.repeat(43);

/** One that keeps nothing; `work` has what it has handed to `waitUntil`. */
function statelessOf(server, options) {
  const work = [];
  const waitUntil = (promise) => work.push(promise);
  const backend = backendOf(server, { store: stateless(), keys: KEYS, waitUntil, ...options });
  return { backend, work };
}

test('a token is ended at an instance that has never heard of it', async () => {
  const server = authority();
  const [one, other] = [statelessOf(server), statelessOf(server)];
  const { revocation_handle: handle } = await (await pageOf(one.backend).token('1')).json();
  assert.equal(server.alive.size, 1);
  assert.equal((await pageOf(other.backend).revoke({ handle })).status, 204);
  assert.equal(server.alive.size, 0);
});

test('a handle of another key is not dead', async () => {
  const server = authority();
  const { backend } = statelessOf(server);
  const stranger = statelessOf(server, { keys: `${'A'.repeat(42)}E` });
  const { revocation_handle: handle } = await (await pageOf(backend).token('1')).json();
  assert.equal((await pageOf(stranger.backend).revoke({ handle })).status, 503);
  assert.equal(server.alive.size, 1);
});

test('the process is kept awake from the beginning of a request', async () => {
  const server = authority();
  let answer;
  const revoke = (token) =>
    new Promise((resolve) => {
      answer = () => resolve(server.revoke(token));
    });
  const { backend, work } = statelessOf({ ...server, revoke });
  const page = pageOf(backend);
  const { revocation_handle: handle } = await (await page.token('1')).json();
  const revoking = page.revoke({ handle });
  while (!answer) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(work.length, 2, 'before there is an answer');
  answer();
  assert.equal((await revoking).status, 204);
  await Promise.all(work);
});

test('nothing is asked, drawn or waited for before the first request', async (context) => {
  const refuse = () => {
    throw new Error('Disallowed operation called within global scope.');
  };
  for (const name of ['setTimeout', 'setInterval', 'fetch']) context.mock.method(globalThis, name, refuse);
  context.mock.method(crypto, 'getRandomValues', refuse);
  const { backend } = statelessOf(authority());
  const frozen = backendOf(authority(), { waitUntil: () => {} });
  await new Promise((resolve) => setImmediate(resolve));
  context.mock.restoreAll();
  for (const one of [backend, frozen]) assert.equal((await pageOf(one).token('1')).status, 200);
});

test('there is nothing to recall, to sweep or to count', async () => {
  const { backend } = statelessOf(authority());
  await pageOf(backend).token('1');
  await assert.rejects(backend.recall({ user: 'alice' }), /no record/);
  assert.deepEqual(await backend.sweep(), { due: 0 });
  assert.deepEqual(await backend.stats(), { live: 0, due: 0, leases: 0, unknown: 0 });
  await backend.close();
});

test('a key that is none is thrown by its requests, and nothing of it is repeated', async () => {
  const { backend } = statelessOf(authority(), { keys: 'FAKE-key' });
  for (const id of ['1', '2']) {
    await assert.rejects(pageOf(backend).token(id), (error) => {
      return /32 bytes/.test(error.message) && !error.message.includes('FAKE-key');
    });
  }
});
