// What a client costs before it is there: loading its script, starting it, making
// the client. The script comes out of memory, so that no network is in it.

import { launch, withPage } from './browsers.mjs';
import { acrossProcesses, summary } from './statistics.mjs';

/** In a page that has been used for a while, and in one that was just made. */
const KINDS = ['warm', 'cold'];

/** The first ones warm the page up. */
const UNCOUNTED = 3;

/** Rows `{ id, kind, part, median, … }` in milliseconds; `part` is `import`, `open` or `both`. */
export async function start({ engine, site, ids, sources, processes, rounds, say }) {
  const found = new Map();
  const add = (kind, id, part, numbers) => {
    const key = `${kind} ${id} ${part}`;
    if (!found.has(key)) found.set(key, { kind, id, part, summaries: [] });
    found.get(key).summaries.push(summary(numbers));
  };
  for (let run = 0; run < processes; run += 1) {
    say(`start, ${engine}: process ${run + 1} of ${processes}`);
    const browser = await launch(engine);
    try {
      for (const kind of KINDS) {
        const starts = kind === 'warm' ? await warm(browser) : await cold(browser);
        for (const [id, times] of Object.entries(starts)) {
          if (!times.length) continue;
          add(kind, id, 'import', times.map(({ imported }) => imported));
          add(kind, id, 'open', times.map(({ opened }) => opened));
          add(kind, id, 'both', times.map(({ imported, opened }) => imported + opened));
        }
      }
    } finally {
      await browser.close();
    }
  }
  return [...found.values()].map(({ summaries, ...row }) => ({
    engine,
    ...row,
    ...acrossProcesses(summaries),
    runs: summaries,
  }));

  async function warm(browser) {
    const times = Object.fromEntries(ids.map((id) => [id, []]));
    await withPage(browser, async (page) => {
      await page.goto(`${site.origin}/`);
      for (let round = -UNCOUNTED; round < rounds; round += 1) {
        for (const id of rotated(ids, round)) {
          const time = await startOnce(page, id, round);
          if (time && round >= 0) times[id].push(time);
        }
      }
    });
    return times;
  }

  async function cold(browser) {
    const times = Object.fromEntries(ids.map((id) => [id, []]));
    for (let round = 0; round < Math.ceil(rounds / 3); round += 1) {
      for (const id of rotated(ids, round)) {
        await withPage(browser, async (page) => {
          await page.goto(`${site.origin}/`);
          const time = await startOnce(page, id, round);
          if (time) times[id].push(time);
        });
      }
    }
    return times;
  }

  /** Undefined where the client did not start: that is said, and no reason to stop. */
  async function startOnce(page, id, round) {
    const backend = site.prefix(`start-${id}`);
    // Never the same text twice: engines remember what they have compiled.
    const source = `${sources[id]}\n// ${id} ${round} ${Math.random()}`;
    try {
      return await page.evaluate(inPage, { source, backend });
    } catch ({ message }) {
      say(`start, ${engine}: ${id} did not start: ${message.split('\n')[0]}`);
      return undefined;
    }
  }
}

async function inPage({ source, backend }) {
  const script = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const before = performance.now();
  const { default: made } = await import(script);
  const between = performance.now();
  const client = await made.open({ backend, grants: 1, length: 64, life: 3600, memory: true });
  const after = performance.now();
  await client.close();
  URL.revokeObjectURL(script);
  return { imported: between - before, opened: after - between };
}

/** Another one first each time. */
const rotated = (list, by) => {
  const shift = ((by % list.length) + list.length) % list.length;
  return [...list.slice(shift), ...list.slice(0, shift)];
};
