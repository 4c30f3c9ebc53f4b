// How long the package takes to start: processes that import it, make a backend and answer a token
// request, over memory, with an authorization server that answers at once.
//
//   DOWNSCOPE_BACKEND_PKG=target/downscope-backend/pkg node benches/backend-npm/start.mjs
//
// Prints JSON: milliseconds from the first line of a process to each step, the middle and the slowest of
// all runs, and how long Node itself takes to begin and end with an empty script; and what the package weighs.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const RUNS = 25;
const directory = resolve(process.env.DOWNSCOPE_BACKEND_PKG);
const script = `
  const since = performance.now();
  const { createBackend } = await import('file://${directory}/index.js');
  const imported = performance.now() - since;
  const backend = createBackend({
    authenticate: () => ({ user: 'u1' }),
    authorize: () => true,
    exchange: () => ({ access_token: 'FAKE-token', expires_in: 3600 }),
    revoke: () => {},
  });
  const made = performance.now() - since;
  const request = new Request('https://app.example/api/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-downscope': '1', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ resource: 'https://api.example/files/1', scope: 'read', session: '${'a'.repeat(32)}', id: '1' }),
  });
  const { status } = await backend.handle(request);
  const answered = performance.now() - since;
  console.log(JSON.stringify({ imported, made, answered, status }));
`;

function run(text) {
  const since = performance.now();
  const options = { encoding: 'utf8' };
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', text], options);
  return { output, took: performance.now() - since };
}

function spread(times) {
  const sorted = [...times].sort((one, other) => one - other);
  return { p50: sorted[Math.floor(sorted.length / 2)], most: sorted.at(-1) };
}

const runs = Array.from({ length: RUNS }, () => JSON.parse(run(script).output));
if (runs.some(({ status }) => status !== 200)) throw new Error('a token request was refused');
const empty = Array.from({ length: RUNS }, () => run('').took);

const files = readdirSync(directory).filter((name) => !name.endsWith('.md'));
const bytes = files.map((name) => readFileSync(resolve(directory, name)));
const { dependencies = {} } = JSON.parse(readFileSync(resolve(directory, 'package.json'), 'utf8'));
const weigh = (parts) => parts.reduce((sum, { length }) => sum + length, 0);

console.log(
  JSON.stringify(
    {
      imported: spread(runs.map(({ imported }) => imported)),
      made: spread(runs.map(({ made }) => made)),
      answered: spread(runs.map(({ answered }) => answered)),
      emptyNode: spread(empty),
      files: files.length,
      bytes: weigh(bytes),
      gzip: weigh(bytes.map((one) => gzipSync(one))),
      dependencies: Object.keys(dependencies).length,
      node: process.version,
    },
    null,
    2,
  ),
);
