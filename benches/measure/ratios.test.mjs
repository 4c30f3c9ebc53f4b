// What a held token costs beside plain JavaScript: a bound, in one browser and one
// page. Batches take turns and only fast ones count, so that a busy machine fails
// nothing; ratios may exceed their goals by a quarter, since it may well disturb
// both by different shares.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, withPage } from './browsers.mjs';
import { quantile } from './statistics.mjs';
import { openSite } from './site.mjs';

const SLACK = 1.25;
const BATCHES = 40;

/** In milliseconds: far longer than the 0.1 that the page's clock counts in. */
const TARGET = 3;

const CLIENTS = ['downscope', 'plain'];
const ONE = { grants: 1, length: 64 };
const LONG = { grants: 1, length: 1_200 };
const MANY = { grants: 10_000, length: 64 };

let browser;
let site;

before(async () => {
  site = await openSite(CLIENTS);
  browser = await launch('chromium');
});

after(async () => {
  await browser?.close();
  await site?.close();
});

test('a held token costs about what it does in plain JavaScript', { timeout: 60_000 }, async (t) => {
  await withPage(browser, async (page) => {
    const { cost, turns } = await measure(page);
    const ratios = [];
    const atMost = (what, goal, one, other) => {
      const ratio = cost(one) / cost(other);
      t.diagnostic(`${what}: ${ratio.toFixed(2)}, goal ${goal}`);
      if (!(ratio <= goal * SLACK)) ratios.push(`${what}: ${ratio.toFixed(2)}, goal ${goal}`);
    };
    const ours = (way, shape = ONE) => ['downscope', way, shape];
    const plain = (way) => ['plain', way, ONE];

    atMost('peek(), of plain JavaScript', 2.0, ours('peek'), plain('peek'));
    atMost('await token(), of plain JavaScript', 1.6, ours('token'), plain('token'));
    for (const way of ['peek', 'token']) {
      atMost(`${way}: 1,200 characters, of 64`, 1.15, ours(way, LONG), ours(way));
      atMost(`${way}: among 10,000 grants, of one`, 1.15, ours(way, MANY), ours(way));
    }
    if (turns.downscope !== turns.plain) {
      ratios.push(`turns of the microtask queue: ${turns.downscope}, plain ${turns.plain}`);
    }
    assert.deepEqual(ratios, []);
  });
});

async function measure(page) {
  await page.goto(`${site.origin}/`);
  await page.evaluate(() => import('/measure/page.js').then(() => {}));
  const subjects = [];
  const turns = {};
  for (const id of CLIENTS) {
    for (const shape of id === 'downscope' ? [ONE, LONG, MANY] : [ONE]) {
      const name = nameOf(id, shape);
      const backend = site.prefix(name);
      await page.evaluate((wanted) => bench.open(wanted), {
        ...shape,
        name,
        script: `/clients/${id}.js`,
        backend,
      });
      const at = Math.floor(shape.grants / 2);
      for (const way of ['peek', 'token']) subjects.push({ key: `${way} ${name}`, name, way, at });
    }
    turns[id] = await page.evaluate((name) => bench.turns(name), nameOf(id, ONE));
  }
  const plan = { subjects, batches: BATCHES, target: TARGET };
  const batches = await page.evaluate((plan) => bench.time(plan), plan);
  const cost = ([id, way, shape]) => quantile(batches[`${way} ${nameOf(id, shape)}`], 0.2);
  return { cost, turns };
}

const nameOf = (id, { grants, length }) => `${id}-${grants}-${length}`;
