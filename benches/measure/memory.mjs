// What a held token takes, in JavaScript's heap, in the browser's and in
// WebAssembly's memory, garbage collected. Chromium only: it tells.

import { OWN } from '../clients/bundle.mjs';
import { launch, withPage } from './browsers.mjs';
import { acrossProcesses, summary } from './statistics.mjs';

const LENGTH = 1_024;

/** Fewer tell too little beside what else moves in the heap. */
const LEAST = 1_000;

/**
 * Rows `{ id, grants, median, low, high, heap, embedder, wasm, wasmAtFirst }`: bytes per
 * token, and the bytes of WebAssembly memory that are there before the first one.
 */
export async function memory({ site, clients, grants: most, processes, say }) {
  const measured = clients.filter(({ can }) => can.grants >= LEAST);
  const found = new Map(measured.map((client) => [client.id, []]));
  for (let run = 0; run < processes; run += 1) {
    say(`memory: process ${run + 1} of ${processes}`);
    for (const { id, can } of measured) {
      const grants = countFor(can, most, id);
      // A process for each: what a heap has been through shows in its size.
      const browser = await launch('chromium');
      try {
        found.get(id).push(await oneClient(browser, { site, id, grants, run }));
      } catch ({ message }) {
        say(`memory: ${id} could not be measured: ${message.split('\n')[0]}`);
      } finally {
        await browser.close();
      }
    }
  }
  return measured.filter(({ id }) => found.get(id).length).map(({ id, can }) => {
    const runs = found.get(id);
    const of = (part) => acrossProcesses(runs.map((one) => summary([one[part]])));
    return {
      id,
      grants: countFor(can, most, id),
      ...of('total'),
      heap: of('heap').median,
      embedder: of('embedder').median,
      wasm: of('wasm').median,
      wasmAtFirst: of('wasmAtFirst').median,
      filled: of('filled').median,
    };
  });
}

/** As many as ours, or fewer where getting them would take minutes. */
const countFor = ({ grants }, most, id) => Math.min(most, OWN.includes(id) ? grants : LEAST);

function oneClient(browser, { site, id, grants, run }) {
  return withPage(browser, async (page, context) => {
    const tools = await context.newCDPSession(page);
    await tools.send('HeapProfiler.enable');
    await page.addInitScript(watchMemories);
    await page.goto(`${site.origin}/`);
    await page.evaluate(() => import('/measure/page.js').then(() => {}));
    const open = (name, number) =>
      page.evaluate((wanted) => bench.open(wanted), {
        name,
        script: `/clients/${id}.js`,
        backend: site.prefix(`memory-${id}-${run}-${name}`),
        grants: number,
        length: LENGTH,
        instance: 'one',
      });
    // Code and whatever else is there once.
    await open('first', 1);
    const before = await usage(page, tools);
    const { filled } = await open('many', grants);
    const after = await usage(page, tools);
    const per = (name) => (after[name] - before[name]) / grants;
    const parts = { heap: per('heap'), embedder: per('embedder'), wasm: per('wasm') };
    const total = parts.heap + parts.embedder + parts.wasm;
    return { ...parts, total, wasmAtFirst: before.wasm, filled };
  });
}

async function usage(page, tools) {
  // What is let go by finalizers goes in a second turn; some of it by a timer.
  for (let turn = 0; turn < 4; turn += 1) {
    await tools.send('HeapProfiler.collectGarbage');
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 60)));
  }
  const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } =
    await tools.send('Runtime.getHeapUsage');
  const wasm = await page.evaluate(() => memories.reduce((sum, one) => sum + one.buffer.byteLength, 0));
  // A string that the browser itself has seen has its characters outside of the heap.
  return { heap: usedSize + backingStorageSize, embedder: embedderHeapUsedSize, wasm };
}

/** Keeps every WebAssembly memory of the page where it can be asked for its size. */
function watchMemories() {
  globalThis.memories = [];
  const keep = ({ exports }) => {
    for (const value of Object.values(exports)) {
      if (value instanceof WebAssembly.Memory) globalThis.memories.push(value);
    }
  };
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const real = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const made = await real.apply(WebAssembly, given);
      keep(made.instance ?? made);
      return made;
    };
  }
}
