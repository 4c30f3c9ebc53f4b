// Two instances in processes of their own: one is killed, or both are frozen behind each of their
// answers. Each waits for what happens; no time is measured. `cargo xtask trials` does it at length.

import assert from 'node:assert/strict';
import { once, EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { pageAt, started } from './support/process.mjs';

const stores = { Redis: process.env.DOWNSCOPE_TEST_REDIS, PostgreSQL: process.env.DOWNSCOPE_TEST_POSTGRES };
const directory = mkdtempSync(join(tmpdir(), 'downscope-'));
const ring = join(directory, 'keys');
writeFileSync(ring, 'A'.repeat(43));

/** The authorization server: what it has minted lives until a revoke of it is answered. */
const alive = new Set();
const calls = new EventEmitter();
let answers = (response) => response.end();
const authority = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const token = new URLSearchParams(body).get('token');
  if (request.url === '/revoke') {
    calls.emit('revoke', token);
    return answers(response, () => alive.delete(token));
  }
  const access_token = `FAKE-process-${alive.size}-${process.hrtime.bigint()}`;
  alive.add(access_token);
  return response.end(JSON.stringify({ access_token, expires_in: 3_600 }));
});
const isDown = (response) => response.writeHead(503).end();
const works = (response, ends) => {
  ends();
  response.end();
};

before(async () => {
  authority.listen(0, '127.0.0.1');
  await once(authority, 'listening');
});
after(() => {
  authority.close();
  authority.closeAllConnections();
  rmSync(directory, { recursive: true });
});

/** Two instances over one store; the test's work, and then they end. */
async function withTwo(name, url, more, work) {
  const base = `http://127.0.0.1:${authority.address().port}`;
  const settings = {
    STORE_URL: url,
    STORE_PREFIX: `npm_${name}_${process.pid}`,
    KEYS_RING_FILE: ring,
    POLICY_SCOPES: 'read',
    UPSTREAM_TOKEN_ENDPOINT: `${base}/token`,
    UPSTREAM_REVOCATION_ENDPOINT: `${base}/revoke`,
    UPSTREAM_CLIENT_ID: 'client',
    UPSTREAM_CLIENT_SECRET: 'FAKE-client-secret',
    ...more,
  };
  const two = await Promise.all([started(settings), started(settings)]);
  try {
    await work(...two);
  } finally {
    await Promise.all(two.map((one) => one.kill()));
  }
}

async function minted(page, instance) {
  const { status, text } = await page.token(instance, '1');
  assert.equal(status, 200, text);
  return JSON.parse(text).access_token;
}

for (const [kind, url] of Object.entries(stores)) {
  test(`over ${kind}, what an instance was revoking when it was killed the other one ends`, async () => {
    await withTwo('killed', url, {}, async (one, other) => {
      const page = pageAt('killed');
      const token = await minted(page, one);
      // It has asked, and is never answered.
      answers = () => {};
      const asked = once(calls, 'revoke');
      const unheard = page.revoke(one, { token }).catch(() => 'gone');
      await asked;
      const askedAgain = once(calls, 'revoke');
      answers = works;
      await one.kill();
      assert.equal(await unheard, 'gone');
      assert.deepEqual(await askedAgain, [token]);
      assert.ok(!alive.has(token));
      assert.equal((await page.revoke(other, { token })).status, 204);
    });
  });

  test(`over ${kind}, frozen behind each answer, what is due one sweep ends`, async () => {
    await withTwo('frozen', url, { FROZEN: 'true' }, async (one, other) => {
      const awake = async (instance, work) => {
        instance.thaw();
        const answer = await work(instance);
        instance.freeze();
        return answer;
      };
      one.freeze();
      other.freeze();
      const page = pageAt('frozen');
      const token = await awake(one, () => minted(page, one));
      answers = isDown;
      const revoked = await awake(other, () => page.revoke(other, { token }));
      assert.equal(revoked.status, 202);
      assert.ok(alive.has(token));
      answers = works;
      const swept = await awake(one, () => one.ask('admin', '/sweep'));
      assert.deepEqual([swept.status, swept.text], [200, '{"due":0}']);
      assert.ok(!alive.has(token));
      const again = await awake(other, () => page.revoke(other, { token }));
      assert.equal(again.status, 204);
    });
  });

  test(`over ${kind}, what an instance was revoking when it was frozen a sweep of the other one ends`, async () => {
    await withTwo('midway', url, { FROZEN: 'true' }, async (one, other) => {
      const page = pageAt('midway');
      const token = await minted(page, one);
      let answer;
      answers = (response, ends) => (answer = () => works(response, ends));
      const asked = once(calls, 'revoke');
      const revoked = page.revoke(one, { token });
      await asked;
      one.freeze();
      answers = works;
      const swept = await other.ask('admin', '/sweep');
      assert.deepEqual([swept.status, swept.text], [200, '{"due":0}']);
      assert.ok(!alive.has(token));
      // It goes on, and hears that the token is dead, which it is.
      answer();
      one.thaw();
      assert.ok([202, 204].includes((await revoked).status));
      assert.equal((await page.revoke(other, { token })).status, 204);
      assert.equal(JSON.parse((await other.ask('admin', '/stats')).text).due, 0);
    });
  });
}
