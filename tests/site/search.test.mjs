// The search finds each error and each option, without a server; and what the first page costs.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { read } from '../package/support/markdown.mjs';
import { setUp } from './support/stage.mjs';

const stage = setUp();

/** What the first column of a document's tables names. */
const named = (document) => [...read(`docs/reference/${document}`).matchAll(/^\| \[?`(\w+)`/gm)].map(([, name]) => name);

test('the search finds each error code and each option', async () => {
  const codes = named('errors/README.md').map((code) => [code, `/docs/reference/errors/${code}.html`]);
  const options = named('options.md').map((option) => [option, '/docs/reference/options.html']);
  assert.ok(codes.length >= 16 && options.length >= 20);
  const page = await stage.browser.newPage();
  await page.goto(`${stage.origin}/`);
  await page.locator('.VPNavBarSearch button').click();
  const input = page.locator('#localsearch-input');
  const results = page.locator('#localsearch-list a');
  const lost = [];
  for (const [name, home] of [...codes, ...options]) {
    // What was found before is not found again by this.
    await input.fill('');
    await results.first().waitFor({ state: 'detached' });
    await input.fill(name);
    const found = page.locator(`#localsearch-list a[href^="${home}"]`);
    await found.first().waitFor({ timeout: 5_000 }).catch(() => lost.push(name));
  }
  await page.close();
  assert.deepEqual(lost, []);
});

test('the first page costs 40 requests and a megabyte at the most, before compression', async () => {
  const page = await stage.browser.newPage();
  const bodies = [];
  page.on('response', (response) => bodies.push(response.body().catch(() => '')));
  await page.goto(`${stage.origin}/`, { waitUntil: 'networkidle' });
  const bytes = (await Promise.all(bodies)).reduce((sum, { length }) => sum + length, 0);
  console.log(`first page: ${bodies.length} requests, ${bytes} bytes`);
  assert.ok(bodies.length > 0 && bodies.length <= 40, `${bodies.length} requests`);
  assert.ok(bytes <= 1_000_000, `${bytes} bytes`);
  await page.close();
});
