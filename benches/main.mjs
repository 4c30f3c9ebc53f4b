// Measures downscope beside plain JavaScript and its peers. Prints tables; writes
// bench.json, bench.md and bench.svg, and if asked the docs.

import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { behaviour } from './behaviour/behaviour.mjs';
import { markdown as behaviourTable } from './behaviour/tables.mjs';
import { OWN, PEERS } from './clients/bundle.mjs';
import { launch, withPage } from './measure/browsers.mjs';
import { cached } from './measure/cached.mjs';
import { writeDocs } from './measure/docs.mjs';
import { memory } from './measure/memory.mjs';
import { outDirectory } from './measure/paths.mjs';
import { picture } from './measure/picture.mjs';
import { clientsOf, openSite } from './measure/site.mjs';
import { sizes } from './measure/sizes.mjs';
import { start } from './measure/start.mjs';
import { markdown } from './measure/tables.mjs';
import { versionsOf } from './measure/versions.mjs';

const PARTS = ['sizes', 'cached', 'start', 'memory', 'behaviour'];
const ENGINES = ['chromium', 'firefox'];
const SLIM = 'downscope-slim';

const USAGE = `\
What downscope costs beside plain JavaScript and its peers.

  --only PART       ${PARTS.join(', ')}; can be repeated, as can the next two
  --engine NAME     ${ENGINES.join(', ')}
  --client NAME     of the peers only this one
  --processes N     fresh processes of each browser (default 7)
  --quick           two processes and few batches: figures to try things with
  --write-docs      docs/bench.md and docs/bench.svg too
`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: PARTS },
    engine: { type: 'string', multiple: true, default: ENGINES },
    client: { type: 'string', multiple: true, default: PEERS },
    processes: { type: 'string' },
    quick: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  process.stdout.write(USAGE);
  process.exit();
}

const { quick } = options;
const processes = Number(options.processes ?? (quick ? 2 : 7));
const batches = quick ? 8 : 30;
const rounds = quick ? 6 : 18;
const peers = options.client.filter((id) => !OWN.includes(id));
const isWanted = (part) => options.only.includes(part);

const began = performance.now();
const say = (what) => {
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  process.stderr.write(`${minutes} min · ${what}\n`);
};

const report = {
  date: new Date().toISOString(),
  command: ['cargo xtask bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
  machine: `${cpus().length} × ${cpus()[0].model}`,
  processes,
  versions: await versionsOf(options.engine, peers),
};

const site = await openSite([...OWN, ...peers]);
try {
  const clients = await withBrowser((browser) =>
    withPage(browser, (page) => clientsOf(page, site, [...OWN, ...peers])),
  );
  const own = clients.filter(({ id }) => OWN.includes(id));

  if (isWanted('sizes')) {
    say('sizes');
    report.sizes = await sizes([...OWN, SLIM, ...peers]);
  }
  if (isWanted('cached')) {
    report.cached = {};
    for (const engine of options.engine) {
      // Other engines tell of ours: what peers do in them is for peers to say.
      const measured = engine === 'chromium' ? clients : own;
      report.cached[engine] = await cached({ engine, site, clients: measured, own, processes, batches, say });
    }
  }
  if (isWanted('start')) {
    report.start = [];
    for (const engine of options.engine) {
      const ids = engine === 'chromium' ? clients.map(({ id }) => id) : OWN;
      report.start.push(...(await start({ engine, site, ids, sources: site.sources, processes, rounds, say })));
    }
  }
  if (isWanted('memory')) {
    const few = Math.min(processes, 3);
    report.memory = await memory({ site, clients, grants: quick ? 2_000 : 10_000, processes: few, say });
  }
} finally {
  await site.close();
}
if (isWanted('behaviour')) {
  const ids = [...OWN, ...peers];
  const tell = ({ client, scenario }) => say(`behaviour: ${client}, ${scenario}`);
  const rows = await withBrowser((browser) => behaviour({ browser, clients: ids, tell }));
  report.requests = rows;
  report.behaviour = `### Requests, and waiting for them\n\n${behaviourTable(rows)}`;
}

const text = markdown(report);
const image = picture(report);
await mkdir(outDirectory, { recursive: true });
await writeFile(join(outDirectory, 'bench.json'), `${JSON.stringify(report, undefined, 2)}\n`);
await writeFile(join(outDirectory, 'bench.md'), text);
await writeFile(join(outDirectory, 'bench.svg'), image);
if (options['write-docs']) await writeDocs(text, image);
process.stdout.write(`\n${text}`);

async function withBrowser(work) {
  const browser = await launch('chromium');
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}
