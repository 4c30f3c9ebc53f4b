// The figures as Markdown.

import { SIZES } from './stage.mjs';

const ENGINE_NAMES = { chromium: 'Chromium', firefox: 'Firefox' };
const WAY_NAMES = {
  direct: '`fetch` by hand',
  page: '`downscope`',
  worker: '`downscope/worker`',
  vault: '`downscope/vault`',
  media: '`downscope/media`',
};

export function markdown({ date, command, machine, load, versions, sizes, times, memory }) {
  const measured = Object.entries(ENGINE_NAMES).filter(([engine]) => versions[engine]);
  const browsers = measured.map(([engine, name]) => `${name} ${versions[engine]}`);
  return [
    `${date.slice(0, 10)}, ${browsers.join(' and ')}, headless, on ${machine}; load ${load} when it began. \`${command}\``,
    ...(sizes ? [sizeTable(sizes)] : []),
    ...Object.entries(times ?? {}).map(([engine, rows]) => timeTable(engine, rows, memory?.[engine])),
  ].join('\n\n') + '\n';
}

const sizeTable = (rows) =>
  table(
    ['', 'in', 'bytes', 'gzip -9', 'brotli -q 11'],
    rows.map(({ name, place, raw, gzip, brotli }) => [`\`${name}\``, place, ...[raw, gzip, brotli].map(count)]),
  );

const count = (bytes) => bytes.toLocaleString('en-US');

function timeTable(engine, rows, memory) {
  const [small, middle, large] = Object.values(SIZES);
  const of = (way, size) => rows.find((row) => row.way === way && row.size === size);
  const rate = (row, all = row.all) => (row.size / (1 << 20) / (all / 1000)).toFixed(0);
  const speed = (row) => `${rate(row)} (${rate(row, row.high)} to ${rate(row, row.low)})`;
  const ways = [...new Set(rows.map(({ way }) => way))];
  return `${ENGINE_NAMES[engine]}:\n\n${table(
    ['', '1 KB: first byte, all, ms', '1 MB: first byte, all, ms', '100 MB: first byte, ms', 'MB/s', 'memory, MB', 'not read, MB'],
    ways.map((way) => {
      const { streamed, held } = memory?.find((row) => row.way === way) ?? {};
      const both = (row) => `${row.first.toFixed(1)}, ${row.all.toFixed(1)}`;
      return [
        WAY_NAMES[way],
        both(of(way, small)),
        both(of(way, middle)),
        of(way, large).first.toFixed(1),
        speed(of(way, large)),
        streamed?.toFixed(0) ?? '',
        held?.toFixed(0) ?? '',
      ];
    }),
  )}`;
}

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
