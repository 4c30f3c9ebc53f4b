// Box's ContentExplorer with tokens from the package.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setUp, until } from './support/widgets.mjs';

const EXPLORER = { name: 'explorer', class: 'ContentExplorer', id: '0' };

const stage = setUp();

test('ContentExplorer with fifty files costs one exchange, in a list and in a grid', async () => {
  const page = await stage.open({ ...EXPLORER, id: '9' }, { tokens: { folder: '9' } });
  await page.getByText('File 1050.jpg').waitFor();
  assert.equal(await page.evaluate(() => globalThis.page.asked.length), 51);
  await page.getByRole('button', { name: 'Switch to Grid View' }).click();
  // The pictures, whose URLs the widget puts the token into.
  await until(() => stage.box.requests.some((request) => /content.* 200$/.test(request)));
  assert.deepEqual(stage.box.exchanges, [`${stage.box.api}/2.0/folders/9`]);
  await page.close();
});

test('ContentExplorer survives a token that is refused in mid-use: 401 and 200, once', async () => {
  const page = await stage.open(EXPLORER, { tokens: { folder: '0' } });
  await page.getByText('File 1001.jpg').first().waitFor();
  stage.box.refuseAll();
  await page.getByText('Folder 9').click();
  // Only below it does it not list itself.
  await page.getByText('File 1050.jpg').waitFor();
  assert.deepEqual(stage.statuses('GET /2.0/folders/9'), ['401', '200']);
  assert.equal(stage.box.exchanges.length, 2);
  await page.close();
});

test('ContentExplorer survives the expiry of its token in mid-use, and the API sees no 401', async () => {
  const page = await stage.open(EXPLORER, { tokens: { folder: '0' }, isTimed: true });
  await page.getByText('File 1001.jpg').first().waitFor();
  assert.equal(stage.box.exchanges.length, 1);
  stage.box.refuseAll();
  // As a lid that was closed for two hours: the token is good for some seventy minutes.
  await page.clock.fastForward('02:00:00');
  await page.getByText('Folder 9').click();
  await page.getByText('File 1050.jpg').waitFor();
  assert.deepEqual(stage.statuses('GET /2.0/folders/9'), ['200']);
  assert.equal(stage.box.exchanges.length, 2);
  await page.close();
});

test('a tab that is closed leaves no token alive, of a token for each file', async () => {
  const page = await stage.open({ ...EXPLORER, id: '9' });
  await page.getByText('File 1050.jpg').waitFor();
  assert.equal(stage.box.exchanges.length, 51);
  await page.close({ runBeforeUnload: true });
  await until(() => stage.box.alive.size === 0);
});
