// What clients do where it is easy to do the wrong thing: each in real Chromium,
// with time that passes as it is told to, in a fresh page for each scenario.

import { fileURLToPath } from 'node:url';

import { startBackend } from '../backend/server.mjs';
import { bundleClients } from '../clients/bundle.mjs';

export const SCENARIOS = [
  'herd',
  'slow',
  'failing',
  'outage',
  'outageWithRetryAfter',
  'outageWithHtml',
  'short',
  'setBack',
  'setBackAsleep',
];

/** How long one scenario may take, in real time. */
const PATIENCE = 240_000;

/** Pages side by side; they mostly wait for one another's processes. */
const PAGES = 4;

/** Scenarios that are about a token that is valid and due for a refresh. */
const OF_THE_WINDOW = ['slow', 'failing'];

/**
 * Gives a row for each client: `{ client, store, note, inWindow, cells }`, where a cell holds
 * the figures of its scenario, or says in `why` for what reason there are none.
 * `browser` is a Chromium of playwright, `clients` are ids. `tell` hears of each cell.
 */
export async function behaviour({ browser, clients, scenarios = SCENARIOS, tell = () => {} }) {
  const { directory, remove } = await bundleClients(clients);
  const backend = await startBackend({
    mounts: {
      '/clients/': directory,
      '/behaviour/': fileURLToPath(new URL('./page/', import.meta.url)),
    },
  });
  try {
    const rows = clients.map((client) => ({ client, cells: {} }));
    const pending = rows.flatMap((row) => scenarios.map((scenario) => ({ row, scenario })));
    const work = async () => {
      for (let next = pending.shift(); next; next = pending.shift()) {
        const { row, scenario } = next;
        const { client } = row;
        const { about, ...figures } = await cell({ browser, backend, client, scenario });
        Object.assign(row, about);
        row.cells[scenario] = figures;
        tell({ client, scenario, cell: figures });
      }
    };
    await Promise.all(Array.from({ length: PAGES }, work));
    return rows.map((row) => ({ ...row, cells: inOrder(row.cells, scenarios) }));
  } finally {
    backend.close();
    await remove();
  }
}

async function cell({ browser, backend, client, scenario }) {
  const run = `${client}-${scenario}`;
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const uncaught = [];
    page.on('pageerror', (error) => uncaught.push(error.message));
    await page.goto(`${backend.origin}/behaviour/page.html`);
    const played = page.evaluate(playInPage, {
      client: `/clients/${client}.js`,
      scenario,
      ofTheWindow: OF_THE_WINDOW.includes(scenario),
      run: { run, backend: backend.prefix(run) },
    });
    const figures = await within(PATIENCE, played);
    return uncaught.length ? { ...figures, uncaught } : figures;
  } catch (error) {
    return { why: `did not run: ${error.message.split('\n')[0]}` };
  } finally {
    await context.close();
  }
}

/** In the page. */
async function playInPage({ client, scenario, ofTheWindow, run }) {
  const [{ default: one }, { play }] = await Promise.all([
    import(client),
    import('/behaviour/scenarios.js'),
  ]);
  const { store, note, inWindow, can } = one;
  const about = { store, note, inWindow };
  if (ofTheWindow && !inWindow) return { about, why: can.why.inWindow };
  return { about, ...(await play(scenario, one, run)) };
}

const inOrder = (cells, scenarios) =>
  Object.fromEntries(scenarios.map((scenario) => [scenario, cells[scenario]]));

async function within(milliseconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('not over in time')), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
