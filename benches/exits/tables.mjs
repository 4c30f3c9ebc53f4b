// The figures as text: for the terminal and for the docs.

import { ENGINES, EXITS, FIRST_SECONDS, isMeasured, MEANS } from './matrix.mjs';

const HEADS = ({ graceSeconds }) => [
  ...['engine', 'exit', 'means', 'runs', 'minted'],
  `alive after ${FIRST_SECONDS} s`,
  `after ${graceSeconds} s`,
];

/** One line for each cell. */
export function plain(report) {
  const lines = report.rows.map((row) => [
    ...[row.engine, row.exit, row.means, row.runs, row.minted],
    ...[row.alive_after_5s, row.alive_after_grace],
  ]);
  const all = [HEADS(report), ...lines].map((line) => line.map(String));
  const widths = all[0].map((_, column) => Math.max(...all.map((line) => line[column].length)));
  const padded = all.map((line) =>
    line.map((text, column) =>
      column < 3 ? text.padEnd(widths[column]) : text.padStart(widths[column]),
    ),
  );
  return padded.map((line) => `${line.join('  ').trimEnd()}\n`).join('');
}

/** What went otherwise than planned, and what else was seen. */
export const notes = ({ notes }) =>
  notes.map(({ engine, exit, means, note }) => `${engine} ${exit} ${means}: ${note}\n`).join('');

/** One table for each engine: exits down, means across. */
export function markdown(report) {
  const { rows, graceSeconds, busy = 0 } = report;
  const company = busy ? ` Beside ${busy} processes that kept the machine busy.` : '';
  const parts = ENGINES.filter((engine) => rows.some((row) => row.engine === engine)).map(
    (engine) => {
      const own = rows.filter((row) => row.engine === engine);
      const means = MEANS.filter((one) => own.some((row) => row.means === one));
      const exits = EXITS.filter((one) => own.some((row) => row.exit === one));
      const lines = [
        ['exit', ...means],
        ['---', ...means.map(() => '---')],
        ...exits.map((exit) => [
          exit,
          ...means.map((one) => {
            const row = own.find((row) => row.exit === exit && row.means === one);
            return isMeasured({ engine, exit, means: one }) ? figure(row) : '–';
          }),
        ]),
      ];
      const table = lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
      return `### ${nameOf(engine)} ${report.versions[engine]}\n\n${table}\n`;
    },
  );
  const reading = `\
Tokens still alive ${FIRST_SECONDS} s after the exit, of those minted; where it differs, → those alive \
after ${graceSeconds} s. downscope ${report.versions.downscope}, ${report.date.slice(0, 10)}.${company}
`;
  return [reading, ...parts].join('\n');
}

/** Losses of a cell in the least space. */
export function figure(row) {
  if (!row) return 'not run';
  const { minted, alive_after_5s: first, alive_after_grace: last } = row;
  return first === last ? `${first} of ${minted}` : `${first} → ${last} of ${minted}`;
}

export const nameOf = (engine) =>
  ({ chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKitGTK' })[engine];
