// In a dedicated worker, where there is no window, no document and no beacon.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allRevoked } from './support/ledger.mjs';
import { setUp } from './support/page.mjs';

const stage = setUp();

test('a worker gets a token, replaces one that died, and revokes it', async () => {
  const { page, server } = stage;
  await page.evaluate(() => {
    const worker = new Worker('/t/worker.js', { type: 'module' });
    globalThis.ask = (order, rest) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
        worker.postMessage({ order, ...rest });
      });
  });
  const ask = (order, rest) => page.evaluate(([order, rest]) => globalThis.ask(order, rest), [order, rest]);

  await ask('open', { api: server.api });
  assert.match(await ask('token'), /^[0-9a-f]{40}$/);
  assert.equal(await ask('fetch'), 200);

  await server.expire();
  assert.equal(await ask('fetch'), 200);
  const { requests } = await server.ledger();
  assert.deepEqual([requests.token, requests.file], [2, 3]);

  assert.deepEqual(await ask('revoke'), { tokens: 2, confirmed: true });
  await allRevoked(server, 2, 'explicit');
});
