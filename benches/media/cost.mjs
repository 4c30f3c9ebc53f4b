// What a media URL costs beside `grant.fetch`: time to the first byte, time in all, and what
// the browser takes of memory while 100 MB pass. In Chromium, after a run of the stage `e2e`:
//
//     DOWNSCOPE_PKG=target/app/node_modules/downscope node benches/media/cost.mjs

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

import { launch } from '../../tests/e2e/support/browser.mjs';
import { startMediaApi, zeros } from '../../tests/e2e/support/media-api.mjs';
import { addressOf, until } from '../../tests/e2e/support/page.mjs';
import { startServer } from '../../tests/e2e/support/server.mjs';

const SIZES = { '1 KB': 1 << 10, '1 MB': 1 << 20, '100 MB': 100 << 20 };
const ROUNDS = { '1 KB': 50, '1 MB': 20, '100 MB': 3 };

const server = await startServer();
const browser = await launch();
const api = await startMediaApi((asked) => zeros(Number(asked.kept.url.slice(1)))(asked));
try {
  const page = await (await browser.newContext()).newPage();
  await page.goto(addressOf({ server }, 'media.html'));
  await until(page, () => 'mediaPage' in globalThis);
  await page.evaluate(async (origin) => {
    const { grant, media } = await mediaPage.open({ origins: [origin] });
    await grant.token();
    const ways = {
      'grant.fetch': (path) => grant.fetch(origin + path),
      'media URL': (path) => fetch(media.url(origin + path)),
    };
    globalThis.load = async (way, path) => {
      const start = performance.now();
      const reader = (await ways[way](path)).body.getReader();
      let bytes = 0;
      let first;
      for (;;) {
        const { done, value } = await reader.read();
        first ??= performance.now() - start;
        if (done) return { first, all: performance.now() - start, bytes };
        bytes += value.length;
      }
    };
  }, api.origin);
  const load = (way, size) => page.evaluate(([way, path]) => load(way, path), [way, `/${size}`]);
  for (const [name, size] of Object.entries(SIZES)) {
    for (const way of ['grant.fetch', 'media URL']) {
      await load(way, size);
      const before = await memory();
      const watch = watchMemory();
      const rounds = [];
      for (let round = 0; round < ROUNDS[name]; round += 1) rounds.push(await load(way, size));
      const most = await watch.end();
      if (rounds.some(({ bytes }) => bytes !== size)) throw new Error('not all of it came');
      const of = (key) => median(rounds.map((round) => round[key])).toFixed(1);
      console.log(
        `${name.padEnd(7)} ${way.padEnd(12)} first byte ${of('first')} ms, all ${of('all')} ms, memory ${before} MB before, at most ${most} MB`,
      );
    }
  }
} finally {
  await browser.close();
  await server.close();
  api.close();
}

function median(numbers) {
  return numbers.sort((a, b) => a - b)[numbers.length >> 1];
}

/** The most that is seen, looked at ten times a second. */
function watchMemory() {
  let most = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      most = Math.max(most, await memory());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return {
    async end() {
      isOver = true;
      await watching;
      return most;
    },
  };
}

/** Megabytes of all processes of the browser, what they share in shares. */
async function memory() {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const pairs = stdout.trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent) => pairs.filter(([, of]) => of === parent).flatMap(([one]) => [one, ...below(one)]);
  const sizes = await Promise.all(below(process.pid).map(shareOf));
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}

async function shareOf(pid) {
  // It may have ended.
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
}
