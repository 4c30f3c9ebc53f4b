// The reference backend, in a process of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const executable = process.env.DOWNSCOPE_SERVER ?? join(root, 'target/debug/downscope-server');

/** What is tested. */
export const packageDirectory = process.env.DOWNSCOPE_PKG ?? join(root, 'pkg');

/** As short as the SDK lets it be: a tenth of what a real backend would choose. */
const SHORTEST_TERM = 10_000;

/**
 * Starts a server on free ports until `close()`. `app` is the origin of the
 * page and its backend, `api` that of the files. `mounts` are further
 * directories to serve, by their prefix; `term` is that of a lease, in milliseconds. With
 * `vault`, a directory, there is a third origin, which alone gets tokens.
 */
export async function startServer(mounts = {}, { term = SHORTEST_TERM, vault } = {}) {
  const directories = { '/t/': join(root, 'tests/e2e/pages'), ...mounts };
  const mount = Object.entries(directories).flatMap(([prefix, directory]) => [
    '--mount',
    `${prefix}=${directory}`,
  ]);
  const ports = ['--port', '0', '--api-port', '0'];
  const lease = ['--lease-hold', '2000', '--lease-term', String(term)];
  const keeping = vault ? ['--vault', join(root, vault), '--vault-port', '0'] : [];
  // A test that is killed leaves no server: the pipe to it closes.
  const untilEof = ['--until-eof'];
  const process = spawn(
    executable,
    [...ports, ...lease, ...keeping, ...untilEof, '--www', join(root, 'www'), '--pkg', packageDirectory, ...mount],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const log = [];
  createInterface({ input: process.stderr }).on('line', (line) => log.push(line));
  const failed = once(process, 'exit').then(([code]) => {
    throw new Error(`the server ended (${code}): ${log.slice(-5).join('\n')}`);
  });
  // Heard of by whoever waits for the origins, and of no interest afterwards.
  failed.catch(() => {});
  const { app, api, vault: vaultOrigin } = await Promise.race([originsOf(process.stdout), failed]);

  async function control(path, body) {
    const method = body === undefined ? 'GET' : 'POST';
    const response = await fetch(`${app}/control/${path}`, { method, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`/control/${path} answered ${response.status}`);
    return response.status === 204 ? undefined : response.json();
  }

  return {
    app,
    api,
    vault: vaultOrigin,
    /** Every token minted so far, every request counted. */
    ledger: () => control('ledger'),
    /** Makes something go wrong from now on; `null` ends it. */
    faults: (changes) => control('faults', changes),
    /** The file API refuses every token minted so far. */
    expire: () => control('expire', {}),
    /** Takes back tokens of the pages that keep a lease, or of one: `all`, `stop` or the ids of requests. */
    recall: (revoke, session) => control('recall', { revoke, session }),
    /** No faults, an empty ledger. */
    reset: () => control('reset', {}),
    async close() {
      process.kill();
      await failed.catch(() => {});
    },
  };
}

/** Directory of the checkout. */
export const inCheckout = (path) => join(root, path);

async function originsOf(stdout) {
  const origins = {};
  for await (const line of createInterface({ input: stdout })) {
    const [name, origin] = line.split(' ');
    origins[name] = origin;
    if (origins.app && origins.api) break;
  }
  stdout.resume();
  return origins;
}
