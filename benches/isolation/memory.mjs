// What the browser takes of memory while 100 MB pass, and while somebody stops reading them.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { launch, withPage } from '../measure/browsers.mjs';
import { median } from '../measure/statistics.mjs';
import { WAYS } from './stage.mjs';
import { openWay } from './times.mjs';

const SMALL = '1';
const LARGE = '3';
/** How long nobody reads, in milliseconds. */
const HELD = 3000;

/** Rows `{ way, streamed, held }`: megabytes at most above what the same page took before. */
export async function memory({ engine, stage, passes, say }) {
  const rows = [];
  for (const way of WAYS) {
    say(`${engine}: memory, ${way}`);
    const found = { streamed: [], held: [] };
    for (let pass = 0; pass < passes; pass += 1) {
      const { streamed, held } = await onePass(engine, stage, way);
      found.streamed.push(streamed);
      found.held.push(held);
    }
    rows.push({ way, streamed: median(found.streamed), held: median(found.held) });
  }
  return rows;
}

/** In a fresh browser, so that nothing of another way is left. */
async function onePass(engine, stage, way) {
  const browser = await launch(engine);
  try {
    return await withPage(browser, async (page) => {
      await openWay(page, stage, way);
      await page.evaluate((file) => bench.load(file), SMALL);
      const held = await above(stage, async () => {
        await page.evaluate((file) => bench.hold(file), LARGE);
        await sleep(HELD);
      });
      await page.evaluate(() => bench.letGo());
      const streamed = await above(stage, () => page.evaluate((file) => bench.load(file), LARGE));
      return { streamed, held };
    });
  } finally {
    await browser.close();
  }
}

/** The most that is seen while `work` lasts, looked at ten times a second, above what was there before. */
async function above(stage, work) {
  const before = await taken(stage);
  let most = before;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      most = Math.max(most, await taken(stage));
      await sleep(100);
    }
  })();
  try {
    await work();
  } finally {
    isOver = true;
    await watching;
  }
  return most - before;
}

/** Megabytes of all processes of the browser, what they share in shares. */
async function taken({ pids }) {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const pairs = stdout.trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent) =>
    pairs.filter(([pid, of]) => of === parent && !pids.includes(pid)).flatMap(([pid]) => [pid, ...below(pid)]);
  const sizes = await Promise.all(below(process.pid).map(shareOf));
  return sizes.reduce((sum, size) => sum + size, 0) / 1024;
}

async function shareOf(pid) {
  // It may have ended.
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
}
