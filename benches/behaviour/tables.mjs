// The rows as a table for people.

/** What each column says of the cells of a row. */
const COLUMNS = [
  ['50 callers, none yet: requests', ({ herd }) => shown(herd, requests)],
  ['due, endpoint takes 1 s: waited', ({ slow }) => shown(slow, ({ waited }) => seconds(waited))],
  ['due, 503 for 2 s: ok / failed, requests', ({ failing }) => shown(failing, outcome)],
  ['no token, 503 for 5 s, 50 calls: requests', ({ outage }) => shown(outage, recovery)],
  ['the same with `Retry-After: 5`', ({ outageWithRetryAfter }) => shown(outageWithRetryAfter, recovery)],
  ['the same as HTML', ({ outageWithHtml }) => shown(outageWithHtml, recovery)],
  ['60 s tokens, 20 calls: requests', ({ short }) => shown(short, ({ hits }) => hits)],
  ['clock set back 2 h: dead token served', dead],
];

/** A Markdown table, and below it what is to be known of the clients and of cells without figures. */
export function markdown(rows) {
  const lines = [['', ...COLUMNS.map(([title]) => title)], COLUMNS.map(() => '--:')];
  lines[1].unshift('---');
  const notes = [];
  for (const { client, note, cells } of rows) {
    const texts = COLUMNS.map(([, read]) => read(cells));
    const reasons = texts.flatMap((text) => text.why ?? []);
    const said = [...new Set([note, ...reasons].filter(Boolean))];
    if (said.length) notes.push(`- **${client}** ${said.join('; ')}.`);
    lines.push([client, ...texts.map((text) => (text.why ? '–' : text))]);
  }
  const windows = rows.flatMap(({ client, inWindow }) => (inWindow ? `${client} ${inWindow} s` : []));
  if (windows.length) notes.push(`- *Due* is the middle of what each refreshes in; before expiry: ${windows.join(', ')}.`);
  const table = lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
  return notes.length ? `${table}\n${notes.join('\n')}\n` : table;
}

/** What a cell says, or why it says nothing. */
const shown = (cell, read) => (cell === undefined || cell.why ? { why: 'not run', ...cell } : read(cell));

const requests = ({ hits, failed }) => (failed ? `${hits}, and ${failed} failed` : hits);

const recovery = ({ hits, recovers }) => (recovers ? hits : `${hits}, and none works afterwards`);

function outcome({ ok, failed, hits, longest }) {
  const patience = longest > 100 ? ` after up to ${seconds(longest)}` : '';
  return `${ok} / ${failed}${patience}, ${hits}`;
}

function dead({ setBack, setBackAsleep }) {
  const [awake, asleep] = [setBack, setBackAsleep].map((cell) => shown(cell, ({ dead }) => dead));
  if (typeof awake === 'object') return awake;
  if (awake === true) return 'yes';
  if (typeof asleep === 'object') return asleep;
  return asleep ? 'yes, after a sleep' : 'no';
}

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;
