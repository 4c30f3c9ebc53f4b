// The figures as a picture: a heat map that tells by its numbers, too.

import { ENGINES, EXITS, FIRST_SECONDS, isMeasured, isOffered, MEANS } from './matrix.mjs';
import { figure, nameOf } from './tables.mjs';

const CELL = { width: 92, height: 30 };
const LEFT = 168;
const TOP = 84;
const GAP = 14;
const FOOT = 78;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .engine { font-weight: 600; }
  .middle { text-anchor: middle; }
  .end { text-anchor: end; }
  .paper { fill: #ffffff; }
  .none { fill: #b7e4c7; }
  .late { fill: #bcdcf5; }
  .some { fill: #ffe0a3; }
  .all { fill: #f7b6ad; }
  .blank { fill: none; stroke: #8c959f; stroke-dasharray: 3 3; }
  .faint { fill: #59636e; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .paper { fill: #0d1117; }
    .none { fill: #1b5e3a; }
    .late { fill: #1d4e79; }
    .some { fill: #7a5200; }
    .all { fill: #8e2a22; }
    .blank { stroke: #6e7681; }
    .faint { fill: #9198a1; }
  }
`;

/** An SVG of its own, without scripts. */
export function picture({ rows, versions, graceSeconds, date }) {
  const engines = ENGINES.filter((engine) => rows.some((row) => row.engine === engine));
  const exits = EXITS.filter((exit) => rows.some((row) => row.exit === exit));
  const parts = [];
  let x = LEFT;
  for (const engine of engines) {
    const means = MEANS.filter(
      (one) => isOffered(engine, one) && rows.some((row) => row.means === one),
    );
    const width = means.length * CELL.width;
    const head = `${nameOf(engine)} ${versions[engine] ?? ''}`.trim();
    parts.push(text(x + width / 2, TOP - 30, head, 'engine middle'));
    for (const [column, one] of means.entries()) {
      const at = x + column * CELL.width;
      parts.push(text(at + CELL.width / 2, TOP - 10, one, 'middle faint'));
      for (const [line, exit] of exits.entries()) {
        if (!isMeasured({ engine, exit, means: one })) continue;
        const row = rows.find(
          (row) => row.engine === engine && row.exit === exit && row.means === one,
        );
        parts.push(cell(at, TOP + line * CELL.height, row, [head, exit, one].join(', ')));
      }
    }
    x += width + GAP;
  }
  for (const [line, exit] of exits.entries()) {
    parts.push(text(LEFT - 10, TOP + line * CELL.height + 20, exit, 'end'));
  }
  const bottom = TOP + exits.length * CELL.height;
  const width = Math.max(x - GAP + 16, 760);
  const height = bottom + FOOT;
  const title = `Tokens still alive ${FIRST_SECONDS} s after the page has gone, of those minted`;
  const detail = `first → second figure: ${FIRST_SECONDS} s → ${graceSeconds} s after the exit, where they differ`;
  return `\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">${escape(title)}</title>
<style>${STYLE}</style>
<rect class="paper" width="${width}" height="${height}" rx="6"/>
${text(16, 28, title, 'title')}
${parts.join('\n')}
${legend(bottom + 18, graceSeconds)}
${text(16, bottom + 62, `${detail} · downscope ${versions.downscope}, ${date.slice(0, 10)}`, 'faint')}
</svg>
`;
}

/** How bad a cell is, for its colour. */
export function gradeOf({ minted, alive_after_5s: first, alive_after_grace: last }) {
  if (first === 0) return 'none';
  if (last === 0) return 'late';
  return last < minted ? 'some' : 'all';
}

function cell(x, y, row, name) {
  const grade = row ? gradeOf(row) : 'blank';
  const box = [`x="${x + 2}"`, `y="${y + 2}"`, `width="${CELL.width - 4}"`, `height="${CELL.height - 4}"`];
  const said = figure(row);
  return `<g><title>${escape(`${name}: ${said}`)}</title><rect class="${grade}" ${box.join(' ')} rx="4"/>${text(x + CELL.width / 2, y + 19, said, row ? 'middle' : 'middle faint')}</g>`;
}

function legend(y, graceSeconds) {
  const entries = [
    ['none', `none after ${FIRST_SECONDS} s`],
    ['late', `none after ${graceSeconds} s`],
    ['some', 'some left'],
    ['all', 'all left'],
  ];
  return entries
    .map(
      ([grade, label], index) =>
        `<rect class="${grade}" x="${16 + index * 150}" y="${y}" width="18" height="18" rx="4"/>${text(40 + index * 150, y + 14, label)}`,
    )
    .join('\n');
}

const text = (x, y, said, classes) =>
  `<text x="${x}" y="${y}"${classes ? ` class="${classes}"` : ''}>${escape(said)}</text>`;

const escape = (said) =>
  said.replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one]);
