// Measures what isolation costs: bytes, times and memory of a keeper in a worker and in a vault and of media, beside
// `fetch` by hand. Prints tables; writes isolation.json and isolation.md.

import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { versionOf } from '../measure/browsers.mjs';
import { outDirectory } from '../measure/paths.mjs';
import { memory } from './memory.mjs';
import { sizes } from './sizes.mjs';
import { openStage } from './stage.mjs';
import { markdown } from './tables.mjs';
import { times } from './times.mjs';

const USAGE = `\
What isolation costs: a keeper in a worker and in a vault, and media, beside \`fetch\` by hand.

  --engine NAME   chromium, firefox; can be repeated
  --passes N      pages of each way, and browsers for its memory (default 5)
  --quick         one pass: figures to try things with
`;

const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', multiple: true, default: ['chromium', 'firefox'] },
    passes: { type: 'string' },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  process.stdout.write(USAGE);
  process.exit();
}

const passes = Number(options.passes ?? (options.quick ? 1 : 5));
const began = performance.now();
const say = (what) => process.stderr.write(`${((performance.now() - began) / 60_000).toFixed(1)} min · ${what}\n`);

const report = {
  date: new Date().toISOString(),
  command: ['cargo xtask bench isolation', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
  machine: `${cpus().length} × ${cpus()[0].model}`,
  load: loadavg()[0].toFixed(1),
  versions: Object.fromEntries(await Promise.all(options.engine.map(async (engine) => [engine, await versionOf(engine)]))),
  sizes: await sizes(),
  times: {},
  memory: {},
};
const stage = await openStage();
try {
  for (const engine of options.engine) {
    report.times[engine] = await times({ engine, stage, passes, say });
    report.memory[engine] = await memory({ engine, stage, passes: Math.min(passes, 3), say });
  }
} finally {
  await stage.close();
}

const text = markdown(report);
await mkdir(outDirectory, { recursive: true });
await writeFile(join(outDirectory, 'isolation.json'), `${JSON.stringify(report, undefined, 2)}\n`);
await writeFile(join(outDirectory, 'isolation.md'), text);
process.stdout.write(`\n${text}`);
