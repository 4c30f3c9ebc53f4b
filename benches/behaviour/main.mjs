// Runs every client through every scenario; prints a table and writes behaviour.json.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { OWN, packageDirectory, PEERS } from '../clients/bundle.mjs';
import { behaviour, SCENARIOS } from './behaviour.mjs';
import { launch } from './browser.mjs';
import { markdown } from './tables.mjs';

const USAGE = `\
What clients do where it is easy to do the wrong thing.

  --client NAME     only this one; can be repeated, as can the next
                    ${[...OWN, ...PEERS].join(', ')}
  --scenario NAME   ${SCENARIOS.join(', ')}
`;

const options = {
  client: { type: 'string', multiple: true, default: [...OWN, ...PEERS] },
  scenario: { type: 'string', multiple: true, default: SCENARIOS },
  help: { type: 'boolean', default: false },
};
const { values } = parseArgs({ options });
if (values.help) {
  process.stdout.write(USAGE);
  process.exit();
}

const began = performance.now();
const browser = await launch();
try {
  const rows = await behaviour({
    browser,
    clients: values.client,
    scenarios: values.scenario,
    tell({ client, scenario, cell }) {
      const minutes = ((performance.now() - began) / 60_000).toFixed(1);
      process.stderr.write(`${minutes} min · ${client} · ${scenario} · ${JSON.stringify(cell)}\n`);
    },
  });
  const report = {
    date: new Date().toISOString(),
    versions: { chromium: browser.version(), ...(await versions()) },
    rows,
  };
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const directory = process.env.DOWNSCOPE_OUT ?? join(root, 'target/bench');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'behaviour.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  process.stdout.write(markdown(rows));
} finally {
  await browser.close();
}

async function versions() {
  const { version } = await json(join(packageDirectory, 'package.json'));
  const { dependencies } = await json(new URL('../package.json', import.meta.url));
  return { downscope: version, ...dependencies };
}

async function json(path) {
  return JSON.parse(await readFile(path, 'utf8'));
}
