// Box's other widgets, and its SDK in the browser, with tokens from the package.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setUp } from './support/widgets.mjs';

const SIDEBAR = {
  detailsSidebarProps: { hasProperties: true },
  hasActivityFeed: false,
  hasMetadata: false,
};

/** What each of them shows or does, and the request that gets it there. */
const WIDGETS = {
  FilePicker: { name: 'picker', id: '0', shows: 'File 1001.jpg', by: 'GET /2.0/folders/0' },
  ContentSidebar: { name: 'sidebar', id: '1001', shows: 'File Properties', by: 'GET /2.0/files/1001', options: SIDEBAR },
  ContentUploader: {
    name: 'uploader',
    id: '0',
    async use(page) {
      const file = { name: 'picture.gif', mimeType: 'image/gif', buffer: Buffer.from('GIF89a') };
      await page.locator('input[type=file]').first().setInputFiles(file);
      await page.getByRole('button', { name: 'Upload', exact: true }).click();
    },
    shows: 'Success! Your files have been uploaded.',
    by: 'POST /api/2.0/files/content',
  },
};

const PICKER = { name: 'picker', class: 'FilePicker', id: '0' };

const stage = setUp();

for (const [name, { name: file, id, shows, by, options, use }] of Object.entries(WIDGETS)) {
  test(`${name} does what it is for though its first token is refused: 401 and 200, once`, async () => {
    stage.box.stillborn = 1;
    const page = await stage.open({ name: file, class: name, id }, { tokens: { folder: '0' }, options });
    await use?.(page);
    await page.getByText(shows).first().waitFor();
    assert.deepEqual(stage.statuses(by), by.startsWith('POST') ? ['401', '201'] : ['401', '200']);
    assert.equal(stage.box.exchanges.length, 2);
    await page.close();
  });
}

test('ContentPreview asks for lists of files, and shows one though its first token is refused', async () => {
  stage.box.stillborn = 1;
  const collection = ['1001', '1002', '1003'];
  const options = { collection, staticHost: stage.box.app, staticPath: 'static' };
  const page = await stage.open({ name: 'preview', class: 'ContentPreview', id: '1001' }, { options });
  // What the viewer was given, by id.
  await page.getByText('file_1001', { exact: true }).waitFor();
  await page.waitForFunction(() => globalThis.page.asked.length === 5);
  const asked = await page.evaluate(() => globalThis.page.asked);
  assert.deepEqual(asked.filter(Array.isArray), [['file_1002', 'file_1003']]);
  assert.deepEqual(stage.statuses('GET /2.0/files/1001'), ['401', '200']);
  assert.equal(stage.box.exchanges.length, 4);
  await page.close();
});

test('ContentPreview, rendered again and again with `token`, takes it for the same', async () => {
  const options = { staticHost: stage.box.app, staticPath: 'static' };
  const widget = { name: 'preview', class: 'ContentPreview', id: '1001', isBare: true };
  const page = await stage.open(widget, { options });
  await page.getByText('file_1001', { exact: true }).waitFor();
  const rendered = async (times, isAnother) => {
    await page.evaluate(
      async ([times, isAnother]) => {
        const { box, show, shown } = globalThis.page;
        for (let time = 0; time < times; time += 1) {
          const { token } = box;
          show(await shown, isAnother ? (ids) => token(ids) : token);
        }
      },
      [times, isAnother],
    );
    return page.evaluate(() => globalThis.page.updates?.length ?? 0);
  };
  assert.equal(await rendered(3, false), 0);
  assert.equal(stage.box.exchanges.length, 1);
  // What happens to those who write a function into their render: the viewer is begun anew.
  assert.equal(await rendered(1, true), 1);
  await page.close();
});

test('a backend that is down is an error of the widget, and no hang', async () => {
  stage.box.isDown = true;
  const page = await stage.open(PICKER, { tokens: { folder: '0' } });
  await page.getByText('A network error has occurred').waitFor();
  await page.close();
});

test('a backend that is slow is waited for', async () => {
  stage.box.delay = 1_000;
  const page = await stage.open(PICKER, { tokens: { folder: '0' } });
  await page.getByText('File 1001.jpg').first().waitFor();
  assert.equal(stage.box.exchanges.length, 1);
  await page.close();
});

test("box-node-sdk's bundle for browsers: five requests that are refused together cost one exchange", async () => {
  stage.box.stillborn = 1;
  const page = await stage.browser.newPage();
  await page.goto(`${stage.box.app}/t/sdk.html#${stage.box.api}`);
  await page.waitForFunction(() => globalThis.sdk);
  const names = await page.evaluate(async () => {
    const users = await Promise.all(Array.from({ length: 5 }, () => globalThis.sdk.users.getUserMe()));
    return users.map(({ name }) => name);
  });
  assert.deepEqual(names, Array(5).fill('User'));
  assert.deepEqual(stage.statuses('GET /2.0/users/me').sort(), [...Array(5).fill('200'), ...Array(5).fill('401')]);
  assert.equal(stage.box.exchanges.length, 2);
  await page.close();
});
