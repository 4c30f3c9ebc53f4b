// The apps of `apps/`, each with the package from the tarball beside it, and the commands that
// their authors give.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { packageDirectory } from '../../package/support/app.mjs';
import { freePort } from '../../support/free-port.mjs';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Copies an app of `apps/`; gives its directory. */
export async function makeApp(name, copy) {
  const directory = here(`.apps/${copy}`);
  await rm(directory, { recursive: true, force: true });
  await cp(here(`apps/${name}`), directory, { recursive: true });
  await cp(packageDirectory, join(directory, 'node_modules', 'downscope'), { recursive: true });
  return directory;
}

/** Runs a program of `node_modules` in an app, to its end. */
export async function run(app, program, ...rest) {
  const { child, said } = start(app, program, rest);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ${rest[0]} ended with ${code}:\n${said.slice(-40).join('\n')}`);
}

/** The same until `close()`, once it answers at `origin`. */
export async function runServer(app, program, ...rest) {
  const port = await freePort();
  const { child, said } = start(app, program, [...rest, '--port', String(port)]);
  const origin = `http://127.0.0.1:${port}`;
  const closed = once(child, 'close');
  let running = true;
  closed.then(() => (running = false));
  while (!(await fetch(origin).catch(() => undefined))?.ok) {
    if (!running) throw new Error(`${program} ${rest[0]} ended:\n${said.slice(-40).join('\n')}`);
    await once(child.stdout, 'data', { signal: AbortSignal.timeout(500) }).catch(() => {});
  }
  return {
    origin,
    async close() {
      // It may have made processes of its own.
      process.kill(-child.pid, 'SIGKILL');
      await closed;
    },
  };
}

function start(app, program, rest) {
  const { NODE_ENV: _, ...inherited } = process.env;
  const env = { ...inherited, CI: '1', NEXT_TELEMETRY_DISABLED: '1', NG_CLI_ANALYTICS: 'false' };
  const stdio = ['ignore', 'pipe', 'pipe'];
  const child = spawn(process.execPath, [here(`node_modules/${program}`), ...rest], { cwd: app, env, stdio, detached: true });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => said.push(line));
  // A test that is stopped leaves nothing behind.
  process.once('exit', () => child.exitCode ?? kill(child.pid));
  return { child, said };
}

function kill(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
