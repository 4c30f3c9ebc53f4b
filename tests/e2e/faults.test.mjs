// The fault matrix: whatever a request meets on its way, no token stays alive where
// the backend can be reached again before the page ends, and nobody is told that
// one is dead which is not.

import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { engine } from './support/browser.mjs';
import { tablesOf } from './support/cell-table.mjs';
import { LAST, SETTLED, SUDDEN } from './support/cells.mjs';
import { startGateway } from './support/gateway.mjs';
import { addressOf, follow, setUp, until } from './support/page.mjs';
import { inCheckout } from './support/server.mjs';
import { complaintsAbout } from './support/verdict.mjs';

/** The acceptance limit for "revoked after the page has gone". */
const PATIENCE = 5_000;

const stage = setUp({}, ({ server }) => ({ gateway: startGateway(server.app) }));

/** Everything that was measured. */
const matrix = [];

after(async () => {
  const directory = inCheckout('target/faults');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, `${engine}.md`), `${tablesOf(matrix).join('\n')}\n`);
});

test('what met a fault and got over it leaves no token alive, closed or left', async (t) => {
  const { page } = stage;
  const cells = await open(SETTLED);
  const others = cells.filter(({ site }) => site !== 'lease');
  await page.evaluate((names) => matrix.outcomes(names), namesOf(others));
  await stage.gateway.struck(namesOf(cells));
  await page.evaluate(() => matrix.goOn());
  const outcomes = await page.evaluate((names) => matrix.outcomes(names), namesOf(cells));
  const before = await tokensByCell();
  await leave(cells);
  await judge(t, cells, { before, outcomes });
});

test('a page that is left as soon as a fault has struck leaves no token alive', async (t) => {
  const cells = await open(SUDDEN);
  await stage.gateway.struck(namesOf(cells));
  await leave(cells);
  await judge(t, cells);
});

test('a last request that meets a fault has a second one behind it', async (t) => {
  const { page } = stage;
  const cells = await open(LAST);
  const outcomes = await page.evaluate((names) => matrix.outcomes(names), namesOf(cells));
  await leave(cells);
  await judge(t, cells, { outcomes });
});

const namesOf = (cells) => cells.map(({ name }) => name);

/**
 * Opens a page with a frame for each group of cells, at an origin of its own: with
 * one of them a group would wait for the requests of the others.
 */
async function open(groups) {
  const { page, gateway } = stage;
  const cells = groups.flat();
  gateway.expect(cells);
  await page.goto(addressOf(stage, 'matrix.html'));
  await until(page, () => 'matrix' in globalThis);
  const addresses = groups.map(async (group) => {
    const address = addressOf(stage, 'cell.html', await gateway.open());
    return `${address}#${encodeURIComponent(JSON.stringify(group))}`;
  });
  await page.evaluate((addresses) => matrix.open(addresses), await Promise.all(addresses));
  return cells;
}

/** Leaves the page, and waits until nothing is alive that should not be, or for as long as that may take. */
async function leave(cells) {
  const { page, gateway } = stage;
  await follow(page, addressOf(stage, 'clock.js'));
  const deadline = performance.now() + PATIENCE;
  const isOver = async () => {
    const tokens = await tokensByCell();
    return gateway.isIdle() && cells.every(({ name, isLie }) => isLie || aliveOf(tokens.get(name)) === 0);
  };
  while (!(await isOver()) && performance.now() < deadline) await sleep(20);
}

/** The tokens that were minted, by cell. */
async function tokensByCell() {
  const { tokens } = await stage.server.ledger();
  const byCell = new Map();
  for (const token of tokens) {
    const name = stage.gateway.cellOf(token.session);
    byCell.set(name, [...(byCell.get(name) ?? []), token]);
  }
  return byCell;
}

const aliveOf = (tokens = []) => tokens.filter(({ state }) => state === 'live').length;

async function judge(t, cells, { before = new Map(), outcomes = {} } = {}) {
  const tokens = await tokensByCell();
  const measured = cells.map((cell) => ({
    ...cell,
    minted: tokens.get(cell.name)?.length ?? 0,
    alive: aliveOf(tokens.get(cell.name)),
    aliveBefore: aliveOf(before.get(cell.name)),
    requests: stage.gateway.requests(cell.name),
    outcome: outcomes[cell.name],
  }));
  for (const one of measured) one.complaints = complaintsAbout(one);
  matrix.push(...measured);
  for (const line of tablesOf(measured)) t.diagnostic(line);
  const complaints = measured.flatMap((one) => one.complaints);
  assert.equal(complaints.length, 0, `in ${engine}\n${complaints.join('\n')}`);
}
