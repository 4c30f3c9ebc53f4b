// In light, in dark and on a phone the site is accessible, fits the window and asks no other host.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { setUp } from './support/stage.mjs';

const axe = await readFile(fileURLToPath(new URL('../../site/node_modules/axe-core/axe.min.js', import.meta.url)), 'utf8');

const stage = setUp();

/** One of each kind of page: prose and a picture, a long guide, wide tables, blocks of code, the API. */
const PAGES = [
  'index.html',
  'docs/guide/first-token.html',
  'docs/reference/options.html',
  'docs/reference/errors/timeout.html',
  'docs/reference/api/box.html',
];

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

// What the colours do not change is looked at once.
for (const [look, options, rules] of [
  ['light', { colorScheme: 'light' }, {}],
  ['dark', { colorScheme: 'dark' }, { runOnly: ['color-contrast'] }],
  ['a phone', { colorScheme: 'light', ...PHONE }, {}],
]) {
  test(`axe has nothing to say of the site in ${look}, nothing is wider than the window, and no other host is asked`, async () => {
    const context = await stage.browser.newContext({ ...options, reducedMotion: 'reduce' });
    const elsewhere = [];
    context.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(stage.origin)) elsewhere.push(request.url());
    });
    const page = await context.newPage();
    const wrong = [];
    for (const path of PAGES) {
      const response = await page.goto(`${stage.origin}/${path}`);
      assert.equal(response.status(), 200, path);
      await page.evaluate(axe);
      const { violations, passes } = await page.evaluate((rules) => globalThis.axe.run(rules), rules);
      assert.ok(passes.some(({ id }) => id === 'color-contrast'), 'it was looked at');
      wrong.push(...violations.map(({ id, nodes }) => `${path}: ${id}, ${nodes.length} times, ${nodes[0].html.slice(0, 150)}`));
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (overflow > 0) wrong.push(`${path}: ${overflow} pixels wider than the window`);
    }
    await context.close();
    assert.deepEqual(wrong, []);
    assert.deepEqual(elsewhere, []);
  });
}
