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

/** Asks until it is answered so: on a busy machine a store may be late, which is answered with 503, and
 * what is dead may be told a moment later. */
async function answered(status, ask) {
  for (;;) {
    const answer = await ask();
    if (answer.status === status) return answer;
    assert.ok([202, 503].includes(answer.status), answer.text);
  }
}

async function minted(page, instance) {
  let id = 0;
  const { text } = await answered(200, () => page.token(instance, String((id += 1))));
  return JSON.parse(text).access_token;
}

/** Sweeps until nothing is due. */
async function swept({ ask }) {
  while ((await ask('admin', '/sweep')).text !== '{"due":0}');
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
      await answered(204, () => page.revoke(other, { token }));
    });
  });

  test(`over ${kind}, frozen behind each answer, what is due a sweep ends`, async () => {
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
      await answered(202, () => awake(other, () => page.revoke(other, { token })));
      assert.ok(alive.has(token));
      answers = works;
      await awake(one, () => swept(one));
      assert.ok(!alive.has(token));
      await answered(204, () => awake(other, () => page.revoke(other, { token })));
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
      await swept(other);
      assert.ok(!alive.has(token));
      // It goes on, and hears that the token is dead, which it is.
      answer();
      one.thaw();
      assert.ok([202, 204].includes((await revoked).status));
      await answered(204, () => page.revoke(other, { token }));
    });
  });
}
