// docs/guide/box.md: its page, with the real widget, as it stands there.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { launch } from '../package/support/browser.mjs';
import { blockNamed } from '../package/support/markdown.mjs';
import { startBox } from './support/box.mjs';
import { until } from './support/widgets.mjs';

let box;
let browser;
let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downscope-box-'));
  await writeFile(join(folder, 'index.html'), blockNamed('docs/guide/box.md', 'index.html'));
  box = await startBox({
    '/guide/': folder,
    '/node_modules/downscope/': process.env.DOWNSCOPE_PKG,
    '/node_modules/box-ui-elements/': fileURLToPath(new URL('node_modules/box-ui-elements', import.meta.url)),
  });
  browser = await launch();
});
after(async () => {
  await Promise.all([browser?.close(), box?.close()]);
  await rm(folder, { recursive: true, force: true });
});

test('the guide shows the files of a folder, by one exchange, and a sign-out leaves no token', async () => {
  const page = await browser.newPage();
  // What the page asks of Box the stand-in answers; nobody else is asked.
  await page.route('https://api.box.com/**', async (route) => {
    const { pathname, search } = new URL(route.request().url());
    await route.fulfill({ response: await route.fetch({ url: box.api + pathname + search }) });
  });
  await page.route(/boxcdn/, (route) => route.abort());
  await page.goto(`${box.app}/guide/index.html`);
  await page.getByText('File 1001.jpg').first().waitFor();
  assert.deepEqual(box.exchanges, ['https://api.box.com/2.0/folders/123']);
  assert.equal(box.alive.size, 1);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await until(() => box.alive.size === 0);
  await page.close();
});
