// What the package says and does, in Node.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

import { authority, backendOf, createBackend, entry, pageOf } from './support/backend.mjs';

const directory = process.env.DOWNSCOPE_BACKEND_PKG;
const ENTRIES = ['index', 'node', 'redis', 'postgres', 'box', 'opentelemetry'];

test('each entry exports what its declarations say, and nothing else', async () => {
  const files = ENTRIES.map((name) => join(directory, `${name}.d.ts`));
  const lib = ['lib.esnext.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'];
  const program = ts.createProgram(files, {
    lib,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    types: [],
  });
  assert.deepEqual(ts.getPreEmitDiagnostics(program).map((one) => one.messageText), []);
  const checker = program.getTypeChecker();
  for (const [place, name] of ENTRIES.entries()) {
    const file = checker.getSymbolAtLocation(program.getSourceFile(files[place]));
    const declared = checker.getExportsOfModule(file);
    const values = declared.filter((symbol) => symbol.flags & ts.SymbolFlags.Value);
    const exported = Object.keys(await entry(`${name}.js`));
    assert.deepEqual(exported.sort(), values.map((symbol) => symbol.name).sort(), name);
  }
});

test('CommonJS can require it', () => {
  const script = `console.log(typeof require(${JSON.stringify(join(directory, 'index.js'))}).createBackend)`;
  assert.equal(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }), 'function\n');
});

test('what is missing or unknown is refused by name', () => {
  const { exchange, revoke } = authority();
  assert.throws(() => createBackend({ exchange, revoke }), /authenticate/);
  assert.throws(() => backendOf({ exchange, revoke }, { orgins: 'https://a.example' }), /orgins/);
});

test('a key that is none is refused at the first request, and nothing of it is repeated', async () => {
  const backend = backendOf(authority(), { keys: 'FAKE-key' });
  await assert.rejects(pageOf(backend).token('1'), (error) => {
    return /32 bytes/.test(error.message) && !error.message.includes('FAKE-key');
  });
});

test('a token is dead once its revoke is answered with 204', async () => {
  const server = authority();
  const events = [];
  const backend = backendOf(server, { onEvent: (event) => events.push(event) });
  const page = pageOf(backend);
  const { access_token } = await (await page.token('1')).json();
  assert.equal(server.alive.size, 1);
  const answer = await page.revoke({ token: access_token, reason: 'unload' });
  assert.deepEqual([answer.status, server.alive.size], [204, 0]);
  assert.deepEqual(
    events.map(({ type, user }) => [type, user]),
    [
      ['minted', 'alice'],
      ['revoked', 'alice'],
    ],
  );
  assert.ok(!JSON.stringify(events).includes(access_token));
  await backend.close();
});

test('of an authorization server that refuses the backend, an event has the code if it is a known one', async () => {
  for (const [error, code] of [
    ['invalid_client', 'invalid_client'],
    ['FAKE-client-secret', null],
  ]) {
    const refused = async () => ({ status: 401, body: { error } });
    const events = [];
    const backend = backendOf({ exchange: refused, revoke: refused }, { onEvent: (event) => events.push(event) });
    assert.equal((await pageOf(backend).token('1')).status, 500);
    assert.deepEqual(
      events.map(({ type, error, code }) => [type, error, code]),
      [['not_minted', 'misconfigured', code]],
    );
    await backend.close();
  }
});

test('nobody is given what the app does not allow', async () => {
  const page = pageOf(backendOf(authority(), { authorize: () => 'yes' }));
  const answer = await page.token('1');
  assert.deepEqual([answer.status, (await answer.json()).error], [400, 'invalid_target']);
});

test('a sign-out ends what was minted for it, and nothing else', async () => {
  const server = authority();
  const backend = backendOf(server);
  const page = pageOf(backend);
  await page.token('1');
  await page.token('2');
  assert.deepEqual(await backend.recall({ signIn: 'bob-1' }), { due: 0 });
  assert.deepEqual(await backend.recall({ signIn: 'alice-1' }), { due: 2 });
  await backend.close();
  assert.equal(server.alive.size, 0);
});

test('where the process is frozen behind its answers, a sweep ends what has failed', async () => {
  let isDown = true;
  const server = authority({ fails: () => isDown });
  const work = [];
  const backend = backendOf(server, { waitUntil: (promise) => work.push(promise) });
  const page = pageOf(backend);
  const { access_token } = await (await page.token('1')).json();
  const answer = await page.revoke({ token: access_token });
  assert.equal(answer.status, 202);
  await Promise.all(work);
  assert.equal(work.length, 2);
  isDown = false;
  while ((await backend.sweep()).due > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(server.alive.size, 0);
  await backend.close();
});

test('a lease request ends with its connection, and with the backend', async () => {
  const backend = backendOf(authority());
  const { toNodeHandler } = await entry('node.js');
  const page = pageOf(backend);
  await page.token('1', { lease: true });
  const held = page.lease();
  await backend.close();
  assert.equal((await held).status, 200);
  assert.equal(typeof toNodeHandler(backend), 'function');
});

test('as a middleware it lets others pass, and answers on its own paths', async () => {
  const backend = backendOf(authority());
  const { toNodeHandler } = await entry('node.js');
  const handler = toNodeHandler(backend);
  const server = createServer((request, response) =>
    handler(request, response, () => response.end('of the app')),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${server.address().port}`;
  assert.equal(await (await fetch(`${base}/`)).text(), 'of the app');
  const answer = await fetch(`${base}/api/token`, { method: 'POST', body: '{}' });
  assert.deepEqual([answer.status, (await answer.json()).error], [403, 'access_denied']);
  assert.equal((await fetch(`${base}/api/token`)).status, 405);
  server.close();
  await backend.close();
});

test('the process can end while a backend is idle', () => {
  const support = fileURLToPath(new URL('support/backend.mjs', import.meta.url));
  const script = `import { authority, backendOf, pageOf } from ${JSON.stringify(support)};
    const page = pageOf(backendOf(authority()));
    console.log((await page.token('1')).status);`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.equal(output, '200\n');
});
