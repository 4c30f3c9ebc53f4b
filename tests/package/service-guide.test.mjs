// docs/guide/service.md, step by step in a fresh folder, with the service as `backends` compiles it.

import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch } from './support/browser.mjs';
import { makeFolder } from './support/guided.mjs';

const GUIDE = 'docs/guide/service.md';
const { DOWNSCOPE_SERVICE: service } = process.env;

const noPython = spawnSync('python3', ['--version']).status !== 0 && 'there is no python3 here';

let guided;
let browser;
before(async () => {
  guided = await makeFolder({
    'app.py': GUIDE,
    'service.toml': GUIDE,
    'index.html': GUIDE,
    'authorization-server.mjs': 'docs/guide/first-token.md',
  });
  await writeFile(join(guided.folder, 'auth-secret'), `${'FAKE'.repeat(16)}\n`);
  await writeFile(join(guided.folder, 'client-secret'), 'made-up\n');
  browser = await launch();
});
after(() => Promise.all([browser?.close(), guided?.close()]));

test('the service beside an app in Python gives its page a token, and a closed tab and a sign-out leave none', { skip: noPython, timeout: 240_000 }, async () => {
  const authority = guided.start(process.execPath, ['authorization-server.mjs']);
  const app = guided.start('python3', ['-u', 'app.py']);
  await app.said(guided.origin);
  const running = guided.start(service, ['--config', 'service.toml']);
  await running.said('listening');
  const page = await browser.newPage();
  await page.goto(guided.origin);
  await page.getByText(/^A token until \d/).waitFor();
  await authority.said('minted FAKE-1 for https://api.example/files/1');
  await page.close({ runBeforeUnload: true });
  await authority.said('revoked FAKE-1');

  // Two tabs of one sign-in.
  const context = await browser.newContext();
  const one = await context.newPage();
  await one.goto(guided.origin);
  const second = await context.newPage();
  await second.goto(guided.origin);
  for (const page of [one, second]) await page.getByText(/^A token until \d/).waitFor();
  await one.getByRole('button', { name: 'Sign out' }).click();
  for (const token of ['FAKE-2', 'FAKE-3']) await authority.said(`revoked ${token}`);
  for (const page of [one, second]) await page.getByText(/^(The token is gone: recalled|login_required)/).waitFor();
});
