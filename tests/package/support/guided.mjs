// What a guide says, step by step: its files in a fresh folder, its programs, its page.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../../support/free-port.mjs';
import { packageDirectory } from './app.mjs';
import { blockNamed } from './markdown.mjs';

/** The ports of the guides, which a test must not count on: of the page, the service (and its admin's) and the authorization server. */
const PORTS = [3000, 8790, 8791, 8799];

/** A fresh folder with the package and the blocks of guides, by `{ name: guide }`, on ports that are free. */
export async function makeFolder(blocks) {
  const folder = await mkdtemp(join(tmpdir(), 'guide-'));
  const free = await Promise.all(PORTS.map(freePort));
  // In one go: a free port may end like one of those.
  const onFreePorts = (text) => text.replaceAll(new RegExp(`\\b(${PORTS.join('|')})\\b`, 'g'), (port) => free[PORTS.indexOf(Number(port))]);
  await cp(packageDirectory, join(folder, 'node_modules/downscope'), { recursive: true });
  for (const [name, guide] of Object.entries(blocks)) {
    await writeFile(join(folder, name), onFreePorts(blockNamed(guide, name)));
  }
  const programs = [];
  return {
    folder,
    origin: `http://127.0.0.1:${free[0]}`,
    onFreePorts,
    start(program, args, env = {}) {
      const running = start(program, args, { cwd: folder, env: { ...shell(), ...env } });
      programs.push(running);
      return running;
    },
    async close() {
      for (const { child } of programs) child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The environment without what tests are told: the service takes each such name for a setting. */
const shell = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('DOWNSCOPE_')));

/** A program of a guide; `said` resolves once it has printed a text, and fails if it ends before. */
function start(program, args, options) {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const heard = new Set();
  const hear = (chunk) => {
    output += chunk;
    for (const look of heard) look();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = Promise.race([once(child, 'error'), once(child, 'exit')]).then(([how]) => {
    throw new Error(`${program} ${args.join(' ')} ended with ${how}: ${output}`);
  });
  ended.catch(() => {});
  const said = (text) =>
    Promise.race([
      ended,
      new Promise((resolve) => {
        const look = () => output.includes(text) && resolve();
        heard.add(look);
        look();
      }),
    ]);
  return { child, said };
}
