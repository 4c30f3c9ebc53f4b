// docs/guide/express.md, step by step in a fresh folder: to a token in a page, and to none after it.

import { cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { launch } from '../package/support/browser.mjs';
import { makeFolder } from '../package/support/guided.mjs';

const GUIDE = 'docs/guide/express.md';

let guided;
let browser;
before(async () => {
  guided = await makeFolder({
    'server.mjs': GUIDE,
    'index.html': GUIDE,
    'authorization-server.mjs': 'docs/guide/first-token.md',
  });
  const modules = join(guided.folder, 'node_modules');
  await cp(process.env.DOWNSCOPE_BACKEND_PKG, join(modules, 'downscope-backend'), { recursive: true });
  await symlink(fileURLToPath(new URL('node_modules/express', import.meta.url)), join(modules, 'express'), 'junction');
  browser = await launch();
});
after(() => Promise.all([browser?.close(), guided?.close()]));

test('the package in Express gives a page a token, and a closed tab leaves none', { timeout: 60_000 }, async () => {
  const authority = guided.start(process.execPath, ['authorization-server.mjs']);
  const server = guided.start(process.execPath, ['server.mjs']);
  await server.said(guided.origin);
  const page = await browser.newPage();
  await page.goto(guided.origin);
  await page.getByText(/^A token until \d/).waitFor();
  await authority.said('minted FAKE-1 for https://api.example/files/1');
  await page.close({ runBeforeUnload: true });
  await authority.said('revoked FAKE-1');
});
