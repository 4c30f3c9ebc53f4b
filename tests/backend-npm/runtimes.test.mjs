// The package in Deno and in Bun: a process of each, asked as a page asks.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startAuthority } from './support/authority.mjs';
import { askerOf } from './support/http.mjs';
import { FILES } from './support/rules.mjs';
import { commandOf } from './support/runtimes.mjs';

const JSON_TYPE = {
  'content-type': 'application/json',
  'x-downscope': '1',
  origin: 'https://app.example',
  cookie: 'who=alice',
};
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const SESSION = 'page-of-these-tests'.padEnd(32, '0');

let authority;
before(async () => (authority = await startAuthority()));
after(() => authority.close());

for (const runtime of ['deno', 'bun']) {
  const command = commandOf(runtime);
  const skip = command.length === 0 && `there is no ${runtime} for this machine`;

  test(`${runtime} gives a token, ends it, and ends the rest when it stops`, { skip }, async () => {
    const app = await start(runtime, command);
    try {
      const fields = { resource: FILES[0], scope: 'base_preview', session: SESSION };
      const mint = async (id) => {
        const body = JSON.stringify({ ...fields, id });
        const answer = await app.ask('POST', '/api/token', { headers: JSON_TYPE, body });
        assert.equal(answer.status, 200, answer.text);
        return JSON.parse(answer.text).access_token;
      };
      const [first, second] = [await mint('1'), await mint('2')];
      const body = new URLSearchParams({ session: SESSION, token: first }).toString();
      assert.equal((await app.ask('POST', '/api/revoke', { headers: FORM, body })).status, 204);
      assert.deepEqual([authority.alive.has(first), authority.alive.has(second)], [false, true]);
      for (const method of ['GET', 'HEAD', 'PUT']) {
        assert.equal((await app.ask(method, '/api/token')).status, 405, method);
      }
      const recalled = await app.ask('POST', '/recall', { body: '{"user":"alice"}' });
      assert.deepEqual(JSON.parse(recalled.text), { due: 1 });
      await authority.until(() => !authority.alive.has(second));
      const third = await mint('3');
      await app.ask('POST', '/recall', { body: '{"user":"alice"}' });
      assert.equal(await app.stop(), 0);
      assert.ok(!authority.alive.has(third));
    } finally {
      app.kill();
    }
  });
}

async function start(runtime, [program, ...words]) {
  const PORT = await freePort();
  const app = fileURLToPath(new URL('app.mjs', import.meta.url));
  const child = spawn(program, [...words, app], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BOX_API: authority.origin, FRAMEWORK: runtime, PORT },
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  await Promise.race([
    once(lines, 'line'),
    ended.then(([code]) => Promise.reject(new Error(`${runtime} ended with ${code}`))),
  ]);
  return {
    ask: askerOf(PORT),
    kill: () => child.kill('SIGKILL'),
    async stop() {
      child.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
