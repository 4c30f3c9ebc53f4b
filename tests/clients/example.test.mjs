// `examples/box-preview`, as somebody sees it who has started it.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { launch } from '../package/support/browser.mjs';
import { startBox } from './support/box.mjs';
import { until } from './support/widgets.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

let box;
let browser;
before(async () => {
  box = await startBox({
    '/pkg/': process.env.DOWNSCOPE_PKG,
    '/buie/': here('node_modules/box-ui-elements/dist'),
    '/static/': here('pages/static'),
    '/': here('../../examples/box-preview'),
  });
  browser = await launch();
});
after(() => Promise.all([browser?.close(), box?.close()]));

afterEach(() => box.reset());

/** The page once both widgets show what they have a token for. */
const open = async () => {
  const page = await browser.newPage();
  await page.goto(`${box.app}/index.html?api=${box.api}`);
  await page.getByText('File 1001.jpg').first().waitFor();
  await page.getByText('file_1001', { exact: true }).waitFor();
  return page;
};

test('both widgets live on one token, survive its refusal, and leave none after the sign-out', async () => {
  const page = await open();
  assert.deepEqual(box.exchanges, [`${box.api}/2.0/folders/0`]);

  box.refuseAll();
  await page.getByText('Folder 9').click();
  await page.getByText('File 1050.jpg').waitFor();
  await page.getByText('Tokens: 2').waitFor();

  await page.getByRole('button', { name: 'Sign out' }).click();
  await until(() => box.alive.size === 0);
  await page.close();
});

for (const [how, leave] of [
  ['closes the tab', (page) => page.close({ runBeforeUnload: true })],
  ['goes to another page', (page) => page.goto('about:blank')],
]) {
  test(`who ${how} leaves no token alive`, async () => {
    const page = await open();
    assert.equal(box.alive.size, 1);
    await leave(page);
    await until(() => box.alive.size === 0);
    await page.close();
  });
}
