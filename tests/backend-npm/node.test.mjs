// Requests of Node's own: `node:http` and Express.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';

import express from 'express';

import { APP, authority, backendOf, entry, FILE } from './support/backend.mjs';
import { served } from './support/http.mjs';

const { toExpress, toNodeHandler } = await entry('node.js');

const headers = { 'content-type': 'application/json', 'x-downscope': '1', origin: APP };
const signedIn = { ...headers, cookie: 'who=alice' };
const wanted = (id) => JSON.stringify({ resource: FILE, scope: 'read', session: 'a'.repeat(32), id });

test('a response that the app has ended already is left alone', async () => {
  let answers;
  const hasBegun = new Promise((resolve) => (answers = resolve));
  let go;
  const gate = new Promise((resolve) => (go = resolve));
  const backend = backendOf(authority(), {
    async authenticate() {
      answers();
      await gate;
      return null;
    },
  });
  const handler = toNodeHandler(backend);
  let handled;
  const server = await served((request, response) => {
    handled = handler(request, response);
    hasBegun.then(() => response.writeHead(504).write('of the app'));
    handled.finally(() => response.end());
  });
  const answer = server.ask('POST', '/api/token', { headers: signedIn, body: wanted('1') });
  await hasBegun;
  go();
  assert.deepEqual([(await answer).status, (await answer).text], [504, 'of the app']);
  await handled;
  server.close();
  await backend.close();
});

test('a path with two slashes names no other host, and is no endpoint', async () => {
  const urls = [];
  const backend = backendOf(authority(), { authenticate: ({ url }) => void urls.push(url) });
  const server = await served(toNodeHandler(backend));
  const statuses = [];
  for (const path of ['//evil.example/api/token', '//', '*', '/api/token']) {
    statuses.push((await server.ask('POST', path, { headers, body: wanted('1') })).status);
  }
  assert.deepEqual(statuses, [404, 404, 404, 401]);
  assert.deepEqual(urls, ['http://localhost/api/token']);
  server.close();
  await backend.close();
});

test('the app gets the request whole: what comes in several headers, as one', async () => {
  const seen = [];
  const backend = backendOf(authority(), {
    authenticate({ method, headers }) {
      seen.push([method, headers.get('cookie'), headers.get('x-trace')]);
      return { user: 'alice', subject: 'FAKE-subject' };
    },
    authorize({ request }) {
      seen.push([request.method, request.headers.get('cookie'), request.headers.get('x-trace')]);
      return true;
    },
  });
  const server = await served(toNodeHandler(backend));
  const parts = { cookie: ['who=alice', 'theme=dark'], 'x-trace': ['1', '2'] };
  const answer = await server.ask('POST', '/api/token', { headers: { ...headers, ...parts }, body: wanted('1') });
  assert.equal(answer.status, 200);
  assert.deepEqual(seen, Array(2).fill(['POST', 'who=alice; theme=dark', '1, 2']));
  server.close();
  await backend.close();
});

test('a body is read whether its length is told or not, and one that is too long is not', async () => {
  const backend = backendOf(authority());
  const server = await served(toNodeHandler(backend));
  const long = 'a'.repeat(70_000);
  const outcome = async (body, more) => {
    try {
      return (await server.ask('POST', '/api/token', { headers: { ...signedIn, ...more }, body })).status;
    } catch {
      return 'no answer';
    }
  };
  assert.equal(await outcome(wanted('1')), 200);
  assert.equal(await outcome(wanted('2'), { 'transfer-encoding': 'chunked' }), 200);
  for (const more of [{}, { 'transfer-encoding': 'chunked' }]) {
    assert.ok([400, 413, 'no answer'].includes(await outcome(long, more)), 'too long');
  }
  server.close();
  await backend.close();
});

test('a request that another middleware has paused, or has decoded, is answered', async () => {
  const backend = backendOf(authority());
  const handler = toNodeHandler(backend);
  for (const [begin, expected] of [
    [(request) => request.pause(), 200],
    [(request) => request.setEncoding('utf8'), 400],
  ]) {
    const server = await served((request, response) => {
      begin(request);
      handler(request, response);
    });
    const socket = connect(Number(new URL(server.base).port), '127.0.0.1').setEncoding('latin1');
    const body = wanted(String(expected));
    const lines = { ...signedIn, host: 'a', 'content-length': body.length, connection: 'close' };
    const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
    // In two segments.
    socket.write(`POST /api/token HTTP/1.1\r\n${head.join('')}\r\n${body.slice(0, 9)}`);
    await new Promise((resolve) => setImmediate(resolve));
    socket.write(body.slice(9));
    let answer = '';
    for await (const text of socket) answer += text;
    assert.match(answer, new RegExp(`^HTTP/1.1 ${expected} `));
    server.close();
  }
  await backend.close();
});

test('of a body that a lenient parser lets through, no more is read than the contract has', async () => {
  const backend = backendOf(authority());
  const server = createServer({ insecureHTTPParser: true }, toNodeHandler(backend)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect(server.address().port, '127.0.0.1').setEncoding('latin1');
  const lines = { ...signedIn, host: 'a', 'content-length': 105, 'transfer-encoding': 'chunked' };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST /api/token HTTP/1.1\r\n${head.join('')}\r\n`);
  socket.write(`${(200_000).toString(16)}\r\n${'a'.repeat(200_000)}`);
  const [answer] = await once(socket, 'data');
  assert.match(answer, /^HTTP\/1.1 4(00|13) /);
  socket.destroy();
  server.close();
  await backend.close();
});

test('a request that ends before its body leaves nothing waiting', async () => {
  const backend = backendOf(authority());
  let handled;
  const server = await served((request, response) => {
    handled = toNodeHandler(backend)(request, response);
  });
  const { port } = new URL(server.base);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('POST /api/revoke HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\nsession=');
  while (!handled) await new Promise((resolve) => setImmediate(resolve));
  socket.destroy();
  await handled;
  server.close();
  await backend.close();
});

test('TRACE is refused as other methods are', async () => {
  const backend = backendOf(authority());
  const server = await served(toNodeHandler(backend));
  assert.equal((await server.ask('TRACE', '/api/token')).status, 405);
  server.close();
  await backend.close();
});

test('behind Express, an error of another middleware is left to the app', async () => {
  const backend = backendOf(authority());
  const app = express();
  app.use((_request, _response, next) => next(Object.assign(new Error('full'), { status: 413 })));
  app.use(toExpress(backend));
  app.use((error, _request, response, _next) => response.status(418).send(error.message));
  const server = await served(app);
  const answer = await server.ask('POST', '/api/token', { headers: signedIn, body: wanted('1') });
  assert.deepEqual([answer.status, answer.text], [418, 'full']);
  server.close();
  await backend.close();
});

test('behind Express, a body that a parser could not read is answered by the contract', async () => {
  const backend = backendOf(authority());
  const app = express().use(express.json({ limit: 4_096 }), toExpress(backend));
  const server = await served(app);
  const asked = ['{', 'x'.repeat(5_000)].map((body) =>
    server.ask('POST', '/api/token', { headers: signedIn, body }),
  );
  const answers = await Promise.all(asked);
  assert.deepEqual(answers.map(({ status }) => status), [400, 413]);
  for (const { text } of answers) assert.equal(JSON.parse(text).error, 'invalid_request');
  server.close();
  await backend.close();
});

test('behind Express, a form is a form however its type is written', async () => {
  const server = authority();
  const backend = backendOf(server);
  const app = express().use(express.json(), express.urlencoded(), toExpress(backend));
  const { ask, close } = await served(app);
  const { text } = await ask('POST', '/api/token', { headers: signedIn, body: wanted('1') });
  const { access_token: token } = JSON.parse(text);
  const type = 'Application/X-WWW-Form-URLencoded';
  const body = new URLSearchParams({ token }).toString();
  const typed = { ...headers, 'content-type': type };
  const answer = await ask('POST', '/api/revoke', { headers: typed, body });
  assert.deepEqual([answer.status, server.alive.size], [204, 0]);
  close();
  await backend.close();
});
