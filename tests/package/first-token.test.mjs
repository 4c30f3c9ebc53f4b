// docs/guide/first-token.md, step by step in a fresh folder: to a token in a page, and to none after it.

import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch } from './support/browser.mjs';
import { makeFolder } from './support/guided.mjs';
import { blocksOf, read, root } from './support/markdown.mjs';

const GUIDE = 'docs/guide/first-token.md';

let guided;
let browser;
before(async () => {
  guided = await makeFolder({ 'server.mjs': GUIDE, 'index.html': GUIDE, 'authorization-server.mjs': GUIDE });
  await cp(join(root, 'examples/backends/node'), join(guided.folder, 'backend'), { recursive: true });
  browser = await launch();
});
after(() => Promise.all([browser?.close(), guided?.close()]));

test('the guide leads to a token in a page, and a closed tab leaves none', { timeout: 240_000 }, async () => {
  const env = settings();
  const authority = guided.start(process.execPath, ['authorization-server.mjs'], env);
  const server = guided.start(process.execPath, ['server.mjs'], env);
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
  return Object.fromEntries([...guided.onFreePorts(shell).matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]));
}
