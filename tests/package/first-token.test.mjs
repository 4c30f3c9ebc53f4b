// docs/guide/first-token.md, step by step in a fresh folder: to a token in a page, and to none after it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { freePort } from '../support/free-port.mjs';
import { packageDirectory } from './support/app.mjs';
import { launch } from './support/browser.mjs';
import { blockNamed, blocksOf, read, root } from './support/markdown.mjs';

const GUIDE = 'docs/guide/first-token.md';

/** Ports of the guide that a test must not count on. */
const GUIDES_PORTS = { 3000: await freePort(), 8799: await freePort() };

let folder;
let browser;
const programs = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'first-token-'));
  await cp(packageDirectory, join(folder, 'node_modules/downscope'), { recursive: true });
  await cp(join(root, 'examples/backends/node'), join(folder, 'backend'), { recursive: true });
  for (const name of ['server.mjs', 'index.html', 'authorization-server.mjs']) {
    await writeFile(join(folder, name), onFreePorts(blockNamed(GUIDE, name)));
  }
  browser = await launch();
});
after(async () => {
  await browser?.close();
  for (const program of programs) program.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

test('the guide leads to a token in a page, and a closed tab leaves none', { timeout: 60_000 }, async () => {
  const env = { ...process.env, ...settings() };
  const authority = start('authorization-server.mjs', env);
  const server = start('server.mjs', env);
  await server.said(env.APP_ORIGIN);
  const page = await browser.newPage();
  await page.goto(env.APP_ORIGIN);
  await page.getByText(/^A token until \d/).waitFor();
  await authority.said('minted FAKE-1 for https://api.box.com/2.0/files/123');
  await page.close({ runBeforeUnload: true });
  await authority.said('revoked FAKE-1');
});

/** What the guide exports. */
function settings() {
  const shell = blocksOf(read(GUIDE)).find(({ code }) => code.includes('node server.mjs')).code;
  return Object.fromEntries([...onFreePorts(shell).matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]));
}

function onFreePorts(text) {
  return Object.entries(GUIDES_PORTS).reduce((changed, [port, free]) => changed.replaceAll(port, free), text);
}

function start(file, env) {
  const program = spawn(process.execPath, [file], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  programs.push(program);
  let output = '';
  const heard = new Set();
  const hear = (chunk) => {
    output += chunk;
    for (const look of heard) look();
  };
  program.stdout.on('data', hear);
  program.stderr.on('data', hear);
  const ended = once(program, 'exit').then(([code]) => {
    throw new Error(`${file} ended with ${code}: ${output}`);
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
  return { said };
}
