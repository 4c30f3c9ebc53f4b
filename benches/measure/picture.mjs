// The figures as a picture: bars on a scale of powers of ten, with their numbers.

import { pick } from './ratios.mjs';

const LEFT = 190;
const RIGHT = 90;
const WIDTH = 860;
const LINE = 24;
const HEAD = 62;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .panel { font-weight: 600; }
  .end { text-anchor: end; }
  .middle { text-anchor: middle; }
  .faint { fill: #59636e; }
  .paper { fill: #ffffff; }
  .grid { stroke: #d1d9e0; }
  .range { stroke: #1f2328; }
  .own { fill: #1f6feb; }
  .plain { fill: #8250df; }
  .peer { fill: #9aa4ae; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .faint { fill: #9198a1; }
    .paper { fill: #0d1117; }
    .grid { stroke: #3d444d; }
    .range { stroke: #f0f6fc; }
    .own { fill: #4493f8; }
    .plain { fill: #ab7df8; }
    .peer { fill: #656c76; }
  }
`;

/** An SVG of its own, without scripts. */
export function picture(report) {
  const panels = panelsOf(report).filter(({ rows }) => rows.length);
  const parts = [];
  let y = 48;
  for (const panel of panels) {
    parts.push(drawn(panel, y));
    y += HEAD + panel.rows.length * LINE + 16;
  }
  const { versions, date } = report;
  const foot = `downscope ${versions.downscope}, Chromium ${versions.chromium}, ${date.slice(0, 10)} · each step of a scale is ten times the one before`;
  const title = 'downscope beside plain JavaScript and its peers';
  return `\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 24}" width="${WIDTH}" height="${y + 24}" role="img" aria-labelledby="title">
<title id="title">${escape(title)}</title>
<style>${STYLE}</style>
<rect class="paper" width="${WIDTH}" height="${y + 24}" rx="6"/>
${text(16, 28, title, 'title')}
${parts.join('\n')}
${text(16, y + 8, foot, 'faint')}
</svg>
`;
}

function panelsOf({ cached, sizes, memory, start }) {
  const rows = cached?.chromium?.rows ?? [];
  const ids = [...new Set(rows.map(({ id }) => id))];
  const shortest = (id) => {
    const page = rows.find((row) => row.page === id) ? id : 'own';
    return rows.find((row) => row.page === page && row.id === id && row.way === 'token' && row.grants === 1);
  };
  const bar = (id, row, value = row?.median) => row && { id, value, low: row.low, high: row.high };
  return [
    {
      title: 'A token that is held, as a promise: nanoseconds (the line: from the fastest process to the slowest)',
      unit: (value) => `${grouped(value)} ns`,
      rows: sorted(ids.map((id) => bar(id, shortest(id)))),
    },
    {
      title: 'What a page downloads: bytes, brotli -q 11, bundled by esbuild',
      unit: (value) => `${grouped(value)} B`,
      rows: sorted((sizes ?? []).filter(({ bundler }) => bundler === 'esbuild').map((row) => bar(row.id, {}, row.brotli))),
    },
    {
      title: 'Import, start and constructor in a warm page: milliseconds',
      unit: (value) => `${value.toFixed(1)} ms`,
      rows: sorted(
        [...new Set((start ?? []).map(({ id }) => id))].map((id) =>
          bar(id, pick(start, { engine: 'chromium', id, kind: 'warm', part: 'both' })),
        ),
      ),
    },
    {
      title: 'Memory for a token of 1,024 bytes, among as many as the client can hold: bytes',
      unit: (value) => `${grouped(value)} B`,
      rows: sorted((memory ?? []).map((row) => bar(row.id, row))),
    },
  ];
}

const sorted = (rows) => rows.filter(Boolean).sort((one, other) => one.value - other.value);

function drawn({ title, unit, rows }, top) {
  const values = rows.flatMap(({ value, low = value, high = value }) => [value, low, high]);
  const from = Math.floor(Math.log10(Math.min(...values)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values))));
  const place = (value) =>
    LEFT + ((Math.log10(value) - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const bottom = top + HEAD + rows.length * LINE - 8;
  const steps = Array.from({ length: to - from + 1 }, (_, step) => 10 ** (from + step));
  const grid = steps.map(
    (value) =>
      `<line class="grid" x1="${place(value)}" x2="${place(value)}" y1="${top + 46}" y2="${bottom}"/>${text(place(value), top + 38, unit(value), 'middle faint')}`,
  );
  const bars = rows.map((row, line) => {
    const y = top + HEAD + line * LINE - 8;
    const kind = { downscope: 'own', 'downscope-slim': 'own', plain: 'plain' }[row.id] ?? 'peer';
    const end = place(row.value);
    const range =
      row.low && row.high > row.low
        ? `<line class="range" x1="${place(row.low)}" x2="${place(row.high)}" y1="${y + 8}" y2="${y + 8}"/>`
        : '';
    const said = `${row.id}: ${unit(row.value)}`;
    return `<g><title>${escape(said)}</title><rect class="${kind}" x="${LEFT}" y="${y}" width="${Math.max(2, end - LEFT)}" height="16" rx="2"/>${range}${text(LEFT - 10, y + 12, row.id, 'end')}${text(Math.max(end, row.high ? place(row.high) : 0) + 8, y + 12, unit(row.value))}</g>`;
  });
  return [text(16, top + 14, title, 'panel'), ...grid, ...bars].join('\n');
}

const grouped = (value) =>
  (value < 10 ? Math.round(value * 10) / 10 : Math.round(value)).toLocaleString('en-US');

const text = (x, y, said, classes) =>
  `<text x="${x}" y="${y}"${classes ? ` class="${classes}"` : ''}>${escape(said)}</text>`;

const escape = (said) =>
  said.replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one]);
