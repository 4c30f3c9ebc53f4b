// The rows as a table for people.

/** What each column says of the cells of a row. */
const COLUMNS = [
  ['50 callers, none yet: requests', ({ herd }) => shown(herd, requests)],
  ['due, endpoint takes 1 s: waited', ({ slow }) => shown(slow, ({ waited }) => seconds(waited))],
  ['due, 503 for 2 s: ok / failed, requests', ({ failing }) => shown(failing, outcome)],
  ['no token, 503 for 5 s, 50 calls: requests', ({ outage }) => shown(outage, recovery)],
  [
    'the same with `Retry-After: 5`',
    ({ outageWithRetryAfter }) => shown(outageWithRetryAfter, recovery),
  ],
  ['60 s tokens, 20 calls: requests', ({ short }) => shown(short, ({ hits }) => hits)],
  ['clock set back 2 h: dead token served', dead],
];

/** A Markdown table, with the reason below it for each cell that has no figures. */
export function markdown(rows) {
  const head = ['', ...COLUMNS.map(([title]) => title)];
  const notes = [];
  const lines = rows.map(({ client, cells }) => {
    const texts = COLUMNS.map(([, read]) => {
      const text = read(cells);
      if (typeof text === 'object') {
        if (!notes.includes(`${client}: ${text.why}`)) notes.push(`${client}: ${text.why}`);
        return `– [${notes.indexOf(`${client}: ${text.why}`) + 1}]`;
      }
      return String(text);
    });
    return line([client, ...texts]);
  });
  const rule = line(head.map((_, column) => (column ? '--:' : '---')));
  const footnotes = notes.map((note, i) => `[${i + 1}] ${note}`);
  return `${[line(head), rule, ...lines].join('\n')}\n${footnotes.length ? `\n${footnotes.join('  \n')}\n` : ''}`;
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
  return asleep ? 'after a sleep' : 'no';
}

const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;

const line = (cells) => `| ${cells.join(' | ')} |`;
