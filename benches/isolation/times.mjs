// How long it takes: to the first byte, and to the last.

import { launch, withPage } from '../measure/browsers.mjs';
import { median } from '../measure/statistics.mjs';
import { SIZES, WAYS } from './stage.mjs';

/** Loads of each file in one page. */
const ROUNDS = { 1: 50, 2: 20, 3: 3 };

/**
 * Rows `{ way, size, first, rate, low, high }`, in milliseconds and megabytes (2^20 bytes) a second: the median of
 * the passes' medians, and between which those lie. A pass has each way in a page of its own.
 */
export async function times({ engine, stage, passes, say }) {
  const found = new Map();
  for (let pass = 1; pass <= passes; pass += 1) {
    say(`${engine}: times, pass ${pass} of ${passes}`);
    const browser = await launch(engine);
    try {
      for (const way of WAYS) await onePass(browser, stage, way, found);
    } finally {
      await browser.close();
    }
  }
  return [...found.values()].map(({ way, size, first, all }) => ({
    way,
    size,
    first: median(first),
    all: median(all),
    low: Math.min(...all),
    high: Math.max(...all),
  }));
}

async function onePass(browser, stage, way, found) {
  await withPage(browser, async (page) => {
    await openWay(page, stage, way);
    for (const [file, size] of Object.entries(SIZES)) {
      const loads = await page.evaluate(loadOften, [file, ROUNDS[file]]);
      if (loads.some(({ bytes }) => bytes !== size)) throw new Error(`${way}: not all of it came`);
      const key = `${way} ${size}`;
      if (!found.has(key)) found.set(key, { way, size, first: [], all: [] });
      for (const name of ['first', 'all']) found.get(key)[name].push(median(loads.map((load) => load[name])));
    }
  });
}

/** Opens a way in a page, which then has what is loaded before: its worker, its connections. */
export async function openWay(page, stage, way) {
  await page.goto(stage.addressOf(way));
  while (!(await page.evaluate(() => 'bench' in globalThis))) await new Promise((resolve) => setTimeout(resolve, 20));
  await page.evaluate((way) => bench.open(way), way);
}

/** In the page. The first one asks for the token, and does not count. */
async function loadOften([file, rounds]) {
  await bench.load(file);
  const loads = [];
  for (let round = 0; round < rounds; round += 1) loads.push(await bench.load(file));
  return loads;
}
