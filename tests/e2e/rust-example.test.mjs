// The example of a Rust front end that uses the crate without any JavaScript API.

import { test } from 'node:test';

import { allRevoked, ledgerWhen } from './support/ledger.mjs';
import { setUp, until } from './support/page.mjs';

const directory = process.env.DOWNSCOPE_RUST_EXAMPLE;
if (!directory && process.env.CI) throw new Error('DOWNSCOPE_RUST_EXAMPLE names no directory');

/** For each of two steps; less than what a test has in all. */
const PATIENCE = 55_000;

const stage = directory ? setUp({ '/rust/': directory }) : undefined;
const skip = !directory && 'DOWNSCOPE_RUST_EXAMPLE names no directory';

test('the Rust example gets a token, and revokes it when its tab is closed', { skip }, async () => {
  const { page, server } = stage;
  // `load` says nothing here: it comes before the module is even asked for. What counts
  // is what the page says, however long a busy machine takes for a process and a debug build.
  await page.goto(`${server.app}/rust/`, { waitUntil: 'commit', timeout: PATIENCE });
  await until(
    page,
    () => document.querySelector('#status')?.textContent.includes('token ready'),
    PATIENCE,
  );
  await ledgerWhen(server, ({ live }) => live === 1);
  await page.close();
  await allRevoked(server, 1, 'unload');
});
