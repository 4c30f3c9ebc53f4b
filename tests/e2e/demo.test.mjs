// The demo page, as a visitor meets it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ledgerWhen } from './support/ledger.mjs';
import { setUp } from './support/page.mjs';
import { inCheckout } from './support/server.mjs';

const stage = setUp({ '/node_modules/': inCheckout('node_modules') });

test('the demo shows a document with a downscoped token, and complains about nothing', async () => {
  const { page, server } = stage;
  const complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });

  await page.goto(`${server.app}/`);
  await page.locator('canvas, main img, video').first().waitFor();
  await ledgerWhen(server, ({ requests }) => requests.file > 0);
  assert.deepEqual(complaints, []);

  await page.close();
  await ledgerWhen(server, ({ live }) => live === 0);
});
