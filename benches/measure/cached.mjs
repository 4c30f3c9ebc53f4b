// What a token costs that is held already: nanoseconds per call, in pages where the
// batches of the clients to compare take turns.

import { BATCH, launch, withPage } from './browsers.mjs';
import { acrossProcesses, summary } from './statistics.mjs';

/** Ours beside plain JavaScript: every combination that a goal speaks of. */
const OWN_SHAPES = [
  { grants: 1, length: 64 },
  { grants: 1, length: 1_200 },
  { grants: 1_000, length: 64 },
  { grants: 10_000, length: 64 },
];

const SHORT = { grants: 1, length: 64 };

/** Of a peer that can have as many. */
const MANY = 1_000;

/** A peer is given this long to get its tokens, so that one that is slow holds up nobody. */
const FILLING = 60_000;

/**
 * Rows `{ id, way, grants, length, engine, median, p20, min, low, high, processes }`,
 * and how many turns of the microtask queue a cached `await token()` takes. Figures
 * of one `page` are of the same pages, and only these may be divided by each other.
 */
export async function cached({ engine, site, clients, own, processes, batches, say }) {
  const pages = [ownPage(own), ...clients.filter(({ id }) => !own.some((one) => one.id === id)).map(peerPage(own))];
  const found = new Map();
  const turns = {};
  const missing = [];
  for (let run = 0; run < processes; run += 1) {
    const browser = await launch(engine);
    try {
      for (const page of pages) {
        say(`cached, ${engine}, process ${run + 1} of ${processes}: ${page.name}`);
        const seen = await oneRun(browser, { page, site, batches, target: BATCH[engine], run });
        Object.assign(turns, seen.turns);
        for (const [key, nanoseconds] of Object.entries(seen.batches)) {
          const of = `${page.name} ${key}`;
          if (!found.has(of)) found.set(of, { page: page.name, key, summaries: [] });
          found.get(of).summaries.push(summary(nanoseconds));
        }
        if (run === 0) missing.push(...seen.missing);
      }
    } finally {
      await browser.close();
    }
  }
  const rows = [...found.values()].map(({ page, key, summaries }) => {
    const [id, way, grants, length] = key.split(' ');
    const shape = { grants: Number(grants), length: Number(length) };
    return { engine, page, id, way, ...shape, ...acrossProcesses(summaries), runs: summaries };
  });
  return { rows, turns, missing };
}

const ownPage = (own) => ({
  name: 'own',
  subjects: own.flatMap((client) => OWN_SHAPES.map((shape) => ({ client, ...shape }))),
  isOwn: true,
});

const peerPage = (own) => (client) => ({
  name: client.id,
  subjects: [
    ...own.map((one) => ({ client: one, ...SHORT })),
    ...peerShapes(client.can).map((shape) => ({ client, ...shape })),
  ],
});

/** As short a token as the peer can have; and many grants, but not so many that filling takes minutes. */
function peerShapes({ grants, length }) {
  const short = Math.max(length, 64);
  return [
    { grants: 1, length: short },
    { grants: 1, length: 1_200 },
    ...(grants >= MANY ? [{ grants: MANY, length: short }] : []),
  ];
}

async function oneRun(browser, { page: { name, subjects, isOwn }, site, batches, target, run }) {
  return withPage(browser, async (page) => {
    await page.goto(`${site.origin}/`);
    await page.evaluate(() => import('/measure/page.js').then(() => {}));
    const timed = [];
    const turns = {};
    const missing = [];
    for (const { client, grants, length } of subjects) {
      const shape = `${grants} ${length}`;
      const wanted = {
        name: `${client.id} ${shape}`,
        script: `/clients/${client.id}.js`,
        backend: site.prefix(`cached-${name}-${run}-${grants}-${length}`),
        grants,
        length,
      };
      const opened = await inTime(page.evaluate((wanted) => bench.open(wanted), wanted));
      if (!opened.ways) {
        missing.push({ id: client.id, grants, length, why: opened.why });
        continue;
      }
      const at = Math.floor(grants / 2);
      const ways = waysOf(opened.ways, isOwn && shape);
      timed.push(...ways.map((way) => ({ key: `${client.id} ${way} ${shape}`, name: wanted.name, way, at })));
      if (grants === 1) turns[client.id] = await page.evaluate((name) => bench.turns(name), wanted.name);
    }
    const figures = await page.evaluate((plan) => bench.time(plan), { subjects: timed, batches, target });
    return { batches: figures, turns, missing };
  });
}

const waysOf = (ways, ownShape) => [
  ...ways,
  ...(ways.includes('peek') && !ways.includes('header') ? ['headerOfPeek'] : []),
  ...(/^1\d+ /.test(ownShape) ? ['peekInTurn', 'tokenInTurn'] : []),
  ...(ownShape === '1 64' ? ['clocks'] : []),
];

/** What a page could not do is a finding, and no reason to stop. */
async function inTime(promise) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ why: `not filled within ${FILLING / 1_000} s` }), FILLING);
  });
  try {
    return await Promise.race([promise.catch(({ message }) => ({ why: message.split('\n')[0] })), late]);
  } finally {
    clearTimeout(timer);
  }
}
