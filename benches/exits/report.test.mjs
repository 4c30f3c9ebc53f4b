// The figures in their three forms: none is lost on the way.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cells, isMeasured } from './matrix.mjs';
import { gradeOf, picture } from './picture.mjs';
import { figure, markdown, notes, plain } from './tables.mjs';

/** A row of the report, with figures that appear nowhere else. */
const row = (engine, exit, means, [minted, first, last]) => ({
  ...{ engine, exit, means, runs: minted, minted },
  ...{ alive_after_5s: first, alive_after_grace: last },
});

const report = {
  date: '2026-01-02T03:04:05.678Z',
  versions: { chromium: '1.2', firefox: '3.4 <&>', downscope: '0.1.0' },
  graceSeconds: 14,
  rows: [
    row('chromium', 'close-tab', 'default', [50, 0, 0]),
    row('chromium', 'close-tab', 'deferred', [49, 7, 3]),
    row('chromium', 'sigkill', 'default', [11, 11, 11]),
    row('firefox', 'close-tab', 'lease', [48, 13, 0]),
    row('firefox', 'sigkill', 'lease', [9, 8, 0]),
    row('firefox', 'close-tab', 'blocked', [47, 6, 6]),
  ],
  notes: [{ engine: 'webkit', exit: 'sigkill', means: 'lease', note: 'not today' }],
};

test('the table has a line for each cell', () => {
  const lines = plain(report).trim().split('\n');
  assert.equal(lines.length, 7);
  assert.match(lines[0], /minted +alive after 5 s +after 14 s$/);
  assert.match(lines[2], /^chromium +close-tab +deferred +49 +49 +7 +3$/);
});

test('what could not be run is named with its cell', () => {
  assert.equal(notes(report), 'webkit sigkill lease: not today\n');
});

test('the Markdown has exits down and means across, and says what was not run', () => {
  const text = markdown(report);
  assert.match(text, /### Chromium 1\.2\n\n\| exit \| default \| deferred \|/);
  assert.match(text, /\| close-tab \| 0 of 50 \| 7 → 3 of 49 \|/);
  assert.match(text, /\| sigkill \| 11 of 11 \| not run \|/);
  assert.match(text, /\| close-tab \| 13 → 0 of 48 \| 6 of 47 \|/);
});

test('a machine that was made busy is told with the figures', () => {
  assert.match(markdown({ ...report, busy: 8 }), /2026-01-02\. Beside 8 processes that kept the machine busy\.\n/);
  assert.match(markdown({ ...report, busy: 0 }), /2026-01-02\.\n/);
});

test('what is not to be measured is not told as not run', () => {
  assert.match(markdown(report), /\| sigkill \| 8 → 0 of 9 \| – \|/);
  assert.doesNotMatch(picture(report), /sigkill, blocked/);
});

test('the picture shows every figure, and its colours follow them', () => {
  const svg = picture(report);
  for (const one of report.rows) assert.ok(svg.includes(`>${figure(one)}</text>`), figure(one));
  assert.deepEqual(report.rows.map(gradeOf), ['none', 'some', 'all', 'late', 'late', 'some']);
});

test('the picture is well-formed, follows the colour scheme and runs nothing', () => {
  const svg = picture(report);
  assert.ok(svg.includes('Firefox 3.4 &lt;&amp;&gt;'));
  assert.match(svg, /prefers-color-scheme: dark/);
  assert.doesNotMatch(svg, /<script|on\w+=|href/);
  assert.doesNotMatch(svg, /NaN|undefined/);
});

test('deferred is Chromium alone', () => {
  const engines = cells({ means: ['deferred'] }).map(({ engine }) => engine);
  assert.deepEqual([...new Set(engines)], ['chromium']);
});

test('beacons are blocked where a browser still has a way to send them', () => {
  const exits = cells({ engine: ['webkit'], means: ['blocked'] }).map(({ exit }) => exit);
  assert.ok(exits.includes('close-last-window') && exits.includes('iframe-removed'));
  const none = ['content-crash', 'sigterm', 'sigkill', 'network-gone'];
  for (const exit of none) assert.ok(!isMeasured({ engine: 'webkit', exit, means: 'blocked' }));
  assert.equal(exits.length + none.length, 11);
});

test('keepers are run where they are named, and a vault by no way that it does not serve', () => {
  const exitsOf = (means) => cells({ engine: ['firefox'], means: [means] }).map(({ exit }) => exit);
  assert.equal(exitsOf('worker').length, 11);
  assert.ok(!exitsOf('vault-lease').includes('network-gone'));
  assert.deepEqual(exitsOf('vault-deferred'), []);
});

test('without filters every cell is there once', () => {
  const all = cells().map((cell) => Object.values(cell).join(' '));
  assert.equal(all.length, 11 * (4 + 3 + 3) + 3 * 7);
  assert.equal(new Set(all).size, all.length);
});
