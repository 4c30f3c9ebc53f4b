// The package in a worker at the edge: bundled, and run by workerd.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';

import { startAuthority } from './support/authority.mjs';
import { askerOf } from './support/http.mjs';
import { FILES } from './support/rules.mjs';
import { bundled, bundlers, serveWorker } from './support/worker.mjs';

const APP = 'https://app.example';
const JSON_TYPE = { 'content-type': 'application/json', 'x-downscope': '1', origin: APP };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const SESSION = 'page-of-these-tests'.padEnd(32, '0');

const signedIn = { ...JSON_TYPE, cookie: 'who=alice' };
const wanted = (id) =>
  JSON.stringify({ resource: FILES[0], scope: 'base_preview', session: SESSION, id });
const form = (fields) => new URLSearchParams({ session: SESSION, ...fields }).toString();

let authority;
before(async () => (authority = await startAuthority()));
after(() => authority.close());

for (const bundler of Object.keys(bundlers)) {
  test(`bundled by ${bundler}, it gives a token and ends it by its handle`, async () => {
    await withWorker(bundler, async ({ ask }) => {
      const { handle, token } = await tokenOf(ask);
      assert.ok(authority.alive.has(token));
      const body = form({ handle, reason: 'unload' });
      assert.equal((await ask('POST', '/api/revoke', { headers: FORM, body })).status, 204);
      assert.ok(!authority.alive.has(token));
    });
    const files = await bundled(bundler);
    assert.ok(files.some((file) => file.endsWith('.wasm')), files.join(' '));
  });
}

describe('a worker that keeps nothing', () => {
  let worker;
  before(async () => (worker = await startWorker('esbuild', { name: 'shared' })));
  after(() => worker.dispose());
  const ask = (...words) => worker.ask(...words);
  const revoke = (fields) => ask('POST', '/api/revoke', { headers: FORM, body: form(fields) });

  test('takes nothing over: what it cannot end is answered with 503', async () => {
    const { token, handle } = await tokenOf(ask);
    for (const fields of [{ pending: '1' }, { whole_session: '1' }, { handle, pending: '2' }]) {
      const answer = await revoke(fields);
      assert.equal(answer.status, 503, JSON.stringify(fields));
      assert.match(answer.headers['retry-after'], /^[1-9]\d*$/);
    }
    assert.ok(!authority.alive.has(token), 'named by its handle, it is dead all the same');
  });

  test('has no lease', async () => {
    const body = JSON.stringify({ session: SESSION });
    assert.equal((await ask('POST', '/api/lease', { headers: signedIn, body })).status, 404);
  });

  test('finishes a revoke though its page has gone', async () => {
    const { token, handle } = await tokenOf(ask);
    const release = authority.hold();
    const before = authority.asked;
    const { port } = worker;
    const sent = request({ host: '127.0.0.1', port, method: 'POST', path: '/api/revoke', headers: FORM });
    sent.on('error', () => {}).end(form({ handle }));
    await authority.until(() => authority.asked > before);
    sent.destroy();
    release();
    await authority.until(() => !authority.alive.has(token));
  });

  test('repeats a revoke that has failed, while its page waits', async () => {
    const { token, handle } = await tokenOf(ask);
    authority.fails = 503;
    const before = authority.asked;
    const answer = revoke({ handle });
    await authority.until(() => authority.asked > before);
    authority.fails = undefined;
    assert.equal((await answer).status, 204);
    assert.ok(!authority.alive.has(token));
  });

  test('serves others while one request hangs', async () => {
    const before = authority.asked;
    const release = authority.hold();
    const hung = tokenOf(ask);
    await authority.until(() => authority.asked > before);
    release();
    const others = await Promise.all(Array.from({ length: 20 }, () => tokenOf(ask)));
    assert.equal(new Set(others.map(({ token }) => token)).size, 20);
    const answers = await Promise.all(others.map(({ handle }) => revoke({ handle })));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [204]);
    await hung;
  });

  test('refuses other methods and paths, with and without a body', async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
      assert.equal((await ask(method, '/api/token')).status, 405, method);
      assert.equal((await ask(method, '/')).status, 404, method);
    }
    const long = { headers: signedIn, body: 'x'.repeat(100_000) };
    assert.equal((await ask('POST', '/api/token', long)).status, 413);
    assert.equal((await ask('POST', '/api/token', { headers: JSON_TYPE })).status, 401);
  });

  test('asks by whatever host and address it is reached', async () => {
    for (const host of ['[2001:db8::1]:8443', 'app.example']) {
      const headers = { ...signedIn, host, 'cf-connecting-ip': '2001:db8::2' };
      const answer = await ask('POST', '/api/token', { headers, body: wanted('1') });
      assert.equal(answer.status, 200, host);
    }
  });

  test('outlives a body that is cut off', async () => {
    const socket = connect(worker.port, '127.0.0.1');
    await once(socket, 'connect');
    const head = 'POST /api/revoke HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n';
    socket.write(`${head}Content-Type: application/x-www-form-urlencoded\r\n\r\nhandle=`);
    await tokenOf(ask);
    socket.destroy();
    await tokenOf(ask);
  });

  test('reads a body that comes in pieces', async () => {
    const { token, handle } = await tokenOf(ask);
    const { port } = worker;
    const sent = request({ host: '127.0.0.1', port, method: 'POST', path: '/api/revoke', headers: FORM });
    for (const piece of form({ handle }).match(/.{1,20}/g)) sent.write(piece);
    sent.end();
    const [answer] = await once(sent, 'response');
    answer.resume();
    assert.equal(answer.statusCode, 204);
    assert.ok(!authority.alive.has(token));
  });
});

/** A token, and the handle that it was given with. */
async function tokenOf(ask) {
  const { status, text } = await ask('POST', '/api/token', { headers: signedIn, body: wanted('1') });
  assert.equal(status, 200, text);
  const { access_token: token, revocation_handle: handle } = JSON.parse(text);
  return { token, handle };
}

async function startWorker(bundler, options) {
  const bindings = { BOX_API: authority.origin };
  const miniflare = await serveWorker(bundler, { ...options, bindings });
  const port = Number((await miniflare.ready).port);
  return { port, ask: askerOf(port), dispose: () => miniflare.dispose() };
}

async function withWorker(bundler, work) {
  const worker = await startWorker(bundler);
  try {
    await work(worker);
  } finally {
    await worker.dispose();
  }
}
