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

test('the demo keeps a lease, and shows when the server has last heard of the page', async () => {
  const { page, server } = stage;
  await showDocument();
  const { leases } = await ledgerWhen(server, ({ requests, leases }) => requests.lease >= 2 && leases.length === 1);
  await until(page, () => document.querySelector('#lease-rows [data-own="true"]'));
  const shown = await look(page, () => ({
    term: document.querySelector('#lease-term').textContent,
    lease: document.querySelector('#lease-rows').innerText,
    lapsed: document.querySelector('#lapsed').textContent,
  }));
  assert.match(shown.term, /not heard of for 10 seconds/);
  assert.match(shown.lease, /^This page last renewed at \d\d:\d\d:\d\d, good until \d\d:\d\d:\d\d/);
  assert.equal(shown.lapsed, 'No lease has lapsed yet.');
  const [{ heardAt, expiresAt }] = leases;
  assert.equal(expiresAt - heardAt, 10_000);
});

test('the demo shows what was ended because a lease had lapsed', async () => {
  const { page, server } = stage;
  await showDocument();
  await ledgerWhen(server, ({ leases }) => leases.length === 1);
  // The server hears nothing of the page any more, as of one that was killed.
  const outage = { status: 503 };
  await server.faults({ lease: outage, token: outage });
  await until(page, () => document.querySelector('#lapsed').textContent.includes('lease lapsed: 1 token,'));
  const { ledger, timeline } = await look(page, () => ({
    ledger: document.querySelector('#ledger-rows').innerText,
    timeline: document.querySelector('#timeline').innerText,
  }));
  assert.match(ledger, /revoked: lapsed/);
  assert.match(timeline, /Lease lapsed\s+file \d+: its token was revoked/);
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

/** What a function sees of the document, whose policy forbids `eval`. */
const look = (page, run) => page.look?.(run) ?? page.evaluate(run);

async function showDocument() {
  const { page, server } = stage;
  await page.goto(`${server.app}/`);
  await until(page, () => document.querySelector('canvas, main img, video')?.checkVisibility());
  await ledgerWhen(server, ({ requests }) => requests.file > 0);
}
