// What becomes of a page's tokens when it goes, for every engine, way of going
// and means against it. Prints a table; writes exits.json, exits.md and exits.svg.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { leaveWithBrowser } from './browser-exits.mjs';
import { keepBusy } from './busy.mjs';
import { sum } from './count.mjs';
import { openDisplay } from './display.mjs';
import { cells, ENGINES, GRACE_SECONDS, TAB_EXITS, HARD_EXITS } from './matrix.mjs';
import { readOptions } from './options.mjs';
import { picture } from './picture.mjs';
import { listenToPages } from './signals.mjs';
import { openStage } from './stage.mjs';
import { openTabs } from './tab-exits.mjs';
import { markdown, notes, plain } from './tables.mjs';
import { versionsOf } from './versions.mjs';

/** A browser that fails this often in one cell fails for a reason. */
const MAX_FAILURES = 3;

const options = readOptions(process.argv.slice(2));
const wanted = cells(options);
const results = new Map();
const signals = await listenToPages();
const displays = await Promise.all(Array.from({ length: options.browsers + 1 }, openDisplay));
const [driven, ...slots] = displays;
// The browsers that a driver starts show their windows there.
process.env.DISPLAY = driven.name;

const busy = keepBusy(options.busy);

const startedAt = performance.now();
try {
  const isOfATab = ({ exit }) => TAB_EXITS.includes(exit);
  const pending = [];
  await Promise.all([
    tabExits(wanted.filter(isOfATab), pending),
    browserExits(
      wanted.filter((cell) => !isOfATab(cell)),
      pending,
    ),
  ]);
  await Promise.all(pending);
  const report = {
    date: new Date().toISOString(),
    versions: await versionsOf([...new Set(wanted.map(({ engine }) => engine))]),
    graceSeconds: GRACE_SECONDS,
    busy: options.busy,
    rows: wanted.flatMap((cell) => results.get(cell)?.row ?? []),
    notes: wanted.flatMap((cell) => results.get(cell).notes.map((note) => ({ ...cell, note }))),
  };
  await write(report);
  process.stdout.write(`\n${plain(report)}${notes(report)}`);
  // Losses are a result; a cell without a run is none.
  if (report.rows.length < wanted.length) process.exitCode = 1;
} finally {
  busy.close();
  signals.close();
  for (const display of displays) display.close();
}

async function tabExits(cells, pending) {
  const browsers = ENGINES.flatMap((engine) => [
    { engine, isBlocked: false },
    { engine, isBlocked: true },
  ]);
  for (const { engine, isBlocked } of browsers) {
    let tabs;
    const own = cells.filter(
      (cell) => cell.engine === engine && (cell.means === 'blocked') === isBlocked,
    );
    for (const cell of own) {
      const runs = HARD_EXITS.has(cell.exit) ? options.hardRuns : options.runs;
      const began = performance.now();
      const problems = [];
      let stage;
      try {
        stage = await openStage(cell.means, signals);
        tabs ??= await openTabs(engine, { isBlocked });
        await tabs.leave(cell.exit, stage, runs);
      } catch (error) {
        problems.push(`${stage?.done ?? 0} of ${runs} runs: ${error.message}`);
        // Whatever state it is in, the next cell gets a fresh one.
        await tabs?.close().catch(() => {});
        tabs = undefined;
      }
      pending.push(settle(cell, stage ? [stage] : [], problems, performance.now() - began));
    }
    await tabs?.close().catch(() => {});
  }
}

async function browserExits(cells, pending) {
  for (const cell of cells) {
    const began = performance.now();
    const [stages, problems, ends] = [[], [], []];
    const runs = Array.from({ length: options.hardRuns }, (_, run) => run);
    const work = async (display) => {
      while (runs.length && problems.length < MAX_FAILURES) {
        const run = runs.shift();
        try {
          const stage = await openStage(cell.means, signals);
          stages.push(stage);
          const { ended } = await leaveWithBrowser({ ...cell, stage, display, run });
          // Of a browser that is over, only its profile can stay behind.
          ends.push(ended.catch(() => {}));
        } catch (error) {
          problems.push(`a run failed: ${error.message}`);
        }
      }
    };
    await Promise.all(slots.map(work));
    const took = performance.now() - began;
    // The next cell's browsers are to be alone.
    await Promise.all(ends);
    pending.push(settle(cell, stages, problems, took));
  }
}

/** Waits for the fate of the tokens while other cells go on. */
async function settle(cell, stages, problems, took) {
  const parts = await Promise.all(
    stages.map((stage) => stage.result().catch((error) => void problems.push(error.message))),
  );
  const counted = parts.filter(Boolean);
  const row = counted.length ? { ...cell, ...sum(counted) } : undefined;
  results.set(cell, { row, notes: [...problems, ...stages.flatMap((stage) => stage.sights)] });
  tellProgress(cell, row, problems, took);
}

function tellProgress({ engine, exit, means }, row, problems, took) {
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  const figures = row
    ? `${row.alive_after_5s} and ${row.alive_after_grace} of ${row.minted} alive`
    : 'not run';
  const line = [`${minutes} min`, engine, exit, means, figures, `${(took / 1000).toFixed(1)} s`];
  process.stderr.write(`${[...line, ...problems].join(' · ')}\n`);
}

async function write(report) {
  const directory = process.env.DOWNSCOPE_OUT ?? 'target';
  await mkdir(directory, { recursive: true });
  const files = {
    'exits.json': `${JSON.stringify(report, undefined, 2)}\n`,
    'exits.md': markdown(report),
    'exits.svg': picture(report),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
}
