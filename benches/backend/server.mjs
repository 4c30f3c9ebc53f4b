// One server for all clients, on the loopback: the page, its scripts, and a token
// endpoint in the shape that each client knows.
//
//   /run/<name>/<length>x<life>/…   token endpoints (see shapes.mjs) and `revoke`
//   /oauth/token                    the same, for a client that can only be told an origin
//                                   and has the beginning of that path for its client id
//   /control/<name>                 POST of settings (see run.mjs); tells what the run has seen
//   all else                        files

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

import { Run } from './run.mjs';
import { isSignIn, SHAPES } from './shapes.mjs';

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

const EMPTY_PAGE = '<!doctype html><meta charset="utf-8"><title>bench</title><link rel="icon" href="data:,">';

/**
 * Starts the server. `mounts` are directories to serve, by their prefix; `/` is
 * an empty page. `run(name)` is the run of that name, and `prefix(name)` what its
 * clients get as `backend`.
 */
export async function startBackend({ mounts = {} } = {}) {
  const runs = new Map();
  const run = (name) => {
    if (!runs.has(name)) runs.set(name, new Run());
    return runs.get(name);
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://loopback');
    // Only what a test got wrong ends here.
    const failed = (error) => send(response, 500, { error: error.message });
    if (/^\/(run|oauth)\//.test(pathname)) {
      answerRun(run, { request, pathname, query: Object.fromEntries(searchParams) }, response).catch(failed);
    } else if (pathname.startsWith('/control/')) {
      answerControl(run(pathname.split('/')[2]), request, response).catch(failed);
    } else {
      answerFile(mounts, pathname, response).catch(failed);
    }
  });
  // Pages come and go quickly; a connection that is closed under a request is an error to them.
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    run,
    prefix: (name) => `${origin}/run/${name}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answerRun(runs, { request, pathname, query }, response) {
  const params = { ...query, ...fieldsOf(await bodyOf(request), request.headers['content-type']) };
  const path = pathname === '/oauth/token' ? params.client_id + pathname : pathname;
  const [, , name, shape, ...rest] = path.split('/');
  const [length, life] = shape.split('x').map(Number);
  const endpoint = rest.join('/');
  const run = runs(name);
  run.seen += 1;
  if (endpoint === 'revoke') {
    run.revoke([params.token ?? []].flat());
    return response.writeHead(204).end();
  }
  if (!SHAPES[endpoint]) return send(response, 404, { error: `no endpoint ${endpoint}` });
  const origin = `http://${request.headers.host}`;
  const asked = { run, length, life, params, origin };
  if (isSignIn(params)) return send(response, 200, SHAPES[endpoint](asked));
  run.hits += 1;
  // What the endpoint is like counts when the request arrives.
  const { fault } = run;
  await run.pass();
  run.seen += 1;
  if (!fault) return send(response, 200, SHAPES[endpoint](asked));
  send(response, fault.status, fault.html ? '<h1>Down</h1>' : { error: 'temporarily_unavailable' }, {
    ...(fault.html && { 'content-type': 'text/html' }),
    ...(fault.retryAfter !== undefined && { 'retry-after': fault.retryAfter }),
  });
}

async function answerControl(run, request, response) {
  const { isAlive, ...settings } = JSON.parse((await bodyOf(request)) || '{}');
  run.set(settings);
  send(response, 200, { ...run.state(), ...(isAlive && { alive: run.isAlive(isAlive) }) });
}

async function answerFile(mounts, pathname, response) {
  if (pathname === '/') return send(response, 200, EMPTY_PAGE, { 'content-type': 'text/html' });
  const prefix = Object.keys(mounts).find((one) => pathname.startsWith(one));
  const path = prefix && join(mounts[prefix], pathname.slice(prefix.length));
  const body = path && (await readFile(path).catch(() => undefined));
  if (!body) return send(response, 404, { error: 'not found' });
  send(response, 200, body, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' });
}

function send(response, status, body, headers = {}) {
  const plain = typeof body === 'string' || Buffer.isBuffer(body);
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...headers,
    })
    .end(plain ? body : JSON.stringify(body));
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The fields of a form or of a JSON object; of one that is repeated, all values. */
function fieldsOf(body, type = '') {
  if (!body) return {};
  if (/json/.test(type)) return JSON.parse(body);
  const form = new URLSearchParams(body);
  const of = (name) => (form.getAll(name).length > 1 ? form.getAll(name) : form.get(name));
  return Object.fromEntries([...form.keys()].map((name) => [name, of(name)]));
}
