// The demo page, as a visitor meets it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { engine } from './support/browser.mjs';
import { goneWhen, ledgerWhen } from './support/ledger.mjs';
import { setUp, until } from './support/page.mjs';
import { inCheckout } from './support/server.mjs';

const stage = setUp({ '/node_modules/': inCheckout('node_modules') });

test('the demo shows a document with a downscoped token, and revokes it at the end', async () => {
  const { page, server } = stage;
  await showDocument();
  await page.close();
  await goneWhen(server, ({ live }) => live === 0);
});

const noConsole = engine !== 'chromium' && 'only playwright tells what a page puts into its console';

test('the demo complains about nothing', { skip: noConsole }, async () => {
  const complaints = [];
  stage.page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  await showDocument();
  assert.deepEqual(complaints, []);
});

async function showDocument() {
  const { page, server } = stage;
  await page.goto(`${server.app}/`);
  await until(page, () => document.querySelector('canvas, main img, video')?.checkVisibility());
  await ledgerWhen(server, ({ requests }) => requests.file > 0);
}
