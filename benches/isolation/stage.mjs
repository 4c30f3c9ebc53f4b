// Two of the demo's servers with files of the sizes that are measured: with a vault, an app's own origin gives out
// no token, so one of them has none.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { packageDirectory, root } from '../measure/paths.mjs';

/** Bytes of each file, by its id. */
export const SIZES = { 1: 1 << 10, 2: 1 << 20, 3: 100 << 20 };

export const WAYS = ['direct', 'page', 'worker', 'vault', 'media'];

/** Both servers; `addressOf(way)` is that of a page that can open it, and `pids` are their processes. */
export async function openStage() {
  const www = await mkdtemp(join(tmpdir(), 'downscope-isolation-'));
  await writeFiles(join(www, 'media'));
  const vault = ['--vault', join(root, 'benches/isolation/vault'), '--vault-port', '0'];
  const servers = await Promise.all([start(www, []), start(www, vault)]);
  return {
    addressOf: (way) => `${servers[Number(way === 'vault')].origin}/b/index.html`,
    pids: servers.map(({ pid }) => pid),
    async close() {
      for (const server of servers) server.close();
      await rm(www, { recursive: true });
    },
  };
}

async function writeFiles(directory) {
  await mkdir(directory);
  const files = Object.entries(SIZES).map(([id, size]) => ({ id, name: id, type: 'application/octet-stream', file: id, size }));
  await Promise.all(files.map(({ file, size }) => writeFile(join(directory, file), Buffer.alloc(size))));
  await writeFile(join(directory, 'files.json'), JSON.stringify(files));
}

/** Until its standard input ends. */
const ANYWHERE = ['--port', '0', '--api-port', '0', '--until-eof'];

/** What a page finds of a server is its package, its vault and the files. */
async function start(www, more) {
  const server = spawn(
    process.env.DOWNSCOPE_SERVER ?? join(root, 'target/debug/downscope-server'),
    [...ANYWHERE, '--www', www, '--pkg', packageDirectory, '--mount', `/b/=${join(root, 'benches/isolation/page')}`, ...more],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  const ended = once(server, 'exit').then(([code]) => Promise.reject(new Error(`the server ended: ${code}`)));
  // Heard of by whoever waits for the origin.
  ended.catch(() => {});
  const origin = await Promise.race([originOf(server.stdout), ended]);
  // What a worker needs of a backend.
  await fetch(`${origin}/control/faults`, { method: 'POST', body: '{"handles":true}' });
  return { origin, pid: server.pid, close: () => server.kill() };
}

async function originOf(stdout) {
  for await (const line of createInterface({ input: stdout })) {
    if (line.startsWith('app ')) {
      stdout.resume();
      return line.slice(4);
    }
  }
}
