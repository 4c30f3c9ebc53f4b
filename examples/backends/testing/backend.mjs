// Starts an example backend, and asks it as pages do.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { fileURLToPath } from 'node:url';

export const OWN_ORIGIN = 'https://app.example';
export const FILE = 'https://api.box.com/2.0/files/123';
export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

const node = [process.execPath, fileURLToPath(new URL('../node/server.mjs', import.meta.url))];

/** Starts what the variable BACKEND says, or the Node example, for a box that stands for Box. */
export async function startBackend(box, command = process.env.BACKEND?.split(' ') ?? node, env) {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: '0',
      APP_ORIGIN: OWN_ORIGIN,
      BOX_API: box.origin,
      BOX_CLIENT_ID: 'client',
      BOX_CLIENT_SECRET: 'client-secret',
      BOX_FILE_IDS: '123,124',
      BOX_SUBJECT_TOKEN: 'subject-token',
      ...env,
    },
  });
  const backend = { child, printed: '' };
  const outputs = [child.stdout, child.stderr];
  const exited = once(child, 'exit');
  const isThere = new Promise((resolve, reject) => {
    const look = (chunk) => {
      backend.printed += chunk;
      backend.origin ??= /http:\/\/127\.0\.0\.1:\d+/.exec(backend.printed)?.[0];
      if (backend.origin) resolve();
    };
    for (const output of outputs) output.on('data', look);
    child.on('exit', (code) => reject(new Error(`exit code ${code}: ${backend.printed}`)));
  });
  await isThere;
  /** A new sign-in, as the header `Cookie` has it. */
  backend.signIn = async () => {
    const response = await fetch(backend.origin);
    backend.setCookie = response.headers.get('set-cookie');
    return backend.setCookie.split(';')[0];
  };
  /** Waits until it has printed this, from an index on. */
  backend.says = async (pattern, from) => {
    const more = () => Promise.race(outputs.map((output) => once(output, 'data')));
    while (!pattern.test(backend.printed.slice(from))) await more();
  };
  /** Asks it to stop, and waits until it has: its exit code, or the signal that ended it. */
  backend.stop = async () => {
    child.kill('SIGTERM');
    const [code, signal] = await exited;
    return signal ?? code;
  };
  backend.cookie = await backend.signIn();
  return backend;
}

/** What a page of `session` asks of a backend. */
export function pageOf(backend, session) {
  const page = {
    session,
    headers: { 'x-downscope': '1', 'sec-fetch-site': 'same-origin', cookie: backend.cookie },
  };
  page.post = (path, body, type, headers, signal) =>
    post(backend.origin + path, body, type, headers, signal);
  page.token = (fields, headers, signal) => {
    const body = { resource: FILE, scope: 'base_preview', session, id: '1', ...fields };
    const all = { ...page.headers, ...headers };
    return page.post('/api/token', JSON.stringify(body), JSON_TYPE, all, signal);
  };
  page.revoke = (fields) => page.post('/api/revoke', form(fields), FORM_TYPE);
  return page;
}

/** A form with these fields; a list is a parameter that is repeated. */
export function form(fields) {
  const form = new URLSearchParams();
  for (const [name, values] of Object.entries(fields)) {
    for (const value of [values].flat()) form.append(name, value);
  }
  return form.toString();
}

/** By node:http, since fetch refuses to send some of these headers. */
async function post(url, body, type, headers = {}, signal) {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined);
  const request = httpRequest(url, {
    method: 'POST',
    headers: { ...Object.fromEntries(given), 'content-type': type },
    signal,
  });
  request.end(body);
  const [response] = await once(request, 'response');
  const text = (await response.setEncoding('utf8').toArray()).join('');
  const received = Object.entries(response.headers).map(([name, value]) => [name, `${value}`]);
  return {
    status: response.statusCode,
    headers: new Headers(received),
    text,
    body: response.headers['content-type'] === JSON_TYPE ? JSON.parse(text) : undefined,
  };
}
