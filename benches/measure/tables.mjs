// The figures as Markdown.

import { goals } from './goals.mjs';
import { pick, ratio } from './ratios.mjs';

export const ENGINE_NAMES = { chromium: 'Chromium', firefox: 'Firefox' };

/** Everything that was measured, one table after the other. */
export function markdown(report) {
  const { sizes, cached, start, memory, behaviour } = report;
  return [
    summary(report),
    goalTable(goals(report)),
    ...(sizes ? [sizeTable(sizes)] : []),
    ...Object.entries(cached ?? {}).flatMap(([engine, found]) => cachedTables(engine, found, report)),
    ...(start ? [startTable(start)] : []),
    ...(memory ? [memoryTable(memory)] : []),
    ...(behaviour ? [behaviour] : []),
    versionTable(report),
  ].join('\n');
}

function summary({ date, command, versions, processes, machine }) {
  const browsers = Object.entries(ENGINE_NAMES)
    .filter(([engine]) => versions[engine])
    .map(([engine, name]) => `${name} ${versions[engine]}`);
  return `\
${date.slice(0, 10)}, downscope ${versions.downscope}, ${browsers.join(' and ')}, headless, on ${machine}.
\`${command}\`: ${processes} fresh processes of each browser; medians of their medians, and from the
lowest to the highest of these.
`;
}

const goalTable = (rows) =>
  table('Goals', ['goal', 'at most / at least', 'measured', ''], [
    ...rows.map(({ goal, limit, value, unit, met }) => [
      goal,
      `${number(limit)}${unit}`,
      value === undefined ? 'not measured' : `${number(value)}${unit}`,
      value === undefined ? '' : met ? 'met' : '**missed**',
    ]),
  ], 'Ratios are of the same processes and pages.');

function sizeTable(rows) {
  const ids = [...new Set(rows.map(({ id }) => id))];
  const of = (id, bundler) => pick(rows, { id, bundler });
  ids.sort((one, other) => of(one, 'esbuild').brotli - of(other, 'esbuild').brotli);
  const cells = (row) => ['raw', 'gzip', 'brotli'].map((kind) => count(row[kind]));
  return table(
    'What a page downloads',
    ['client', 'files', 'esbuild, bytes', 'gzip -9', 'brotli -q 11', 'Vite, bytes', 'gzip -9', 'brotli -q 11'],
    ids.map((id) => [
      id,
      of(id, 'esbuild').files,
      ...cells(of(id, 'esbuild')),
      ...cells(of(id, 'vite')),
    ]),
    'A minimal app (`benches/measure/apps`), minified; each file is compressed by itself.',
  );
}

function cachedTables(engine, { rows, turns, missing }) {
  const name = ENGINE_NAMES[engine];
  const own = rows.filter(({ page }) => page === 'own');
  const peers = [...new Set(rows.map(({ page }) => page))].filter((page) => page !== 'own');
  const parts = [ownTable(name, own)];
  if (peers.length) parts.push(peerTable(name, rows, peers, turns, missing));
  return parts;
}

const WAYS = {
  clocks: 'both clocks, and nothing else',
  peek: '`peek()`',
  token: '`await token()`',
  headerOfPeek: '`Bearer ${peek()}`',
  peekInTurn: '`peek()` of each in turn',
  tokenInTurn: '`await token()` of each in turn',
};

function ownTable(name, rows) {
  const lines = rows
    .filter(({ id }) => id === 'downscope')
    .sort((one, other) => Object.keys(WAYS).indexOf(one.way) - Object.keys(WAYS).indexOf(other.way))
    .map((ours) => {
      const { way, grants, length } = ours;
      const plain = pick(rows, { id: 'plain', way, grants, length });
      return [
        WAYS[way],
        count(grants),
        count(length),
        nanoseconds(plain),
        nanoseconds(ours),
        times(ratio(ours, plain)),
        times(ratio(ours, plain, 'p20')),
      ];
    });
  return table(
    `A token that is held, in ${name}`,
    ['call', 'grants', 'characters', 'plain, ns', 'downscope, ns', 'ratio', 'of the 20 % fastest batches'],
    lines,
  );
}

function peerTable(name, rows, peers, turns, missing) {
  const lines = ['plain', 'downscope', ...peers].map((id) => {
    const isOwn = !peers.includes(id);
    const page = rows.filter((row) => row.id === id && row.page === (isOwn ? 'own' : id));
    const of = (way, wanted) => page.find((row) => row.way === way && wanted(row));
    const short = of('token', ({ grants, length }) => grants === 1 && length < 1_200);
    const beside = (other) => {
      const one = pick(rows, { page: isOwn ? 'own' : id, id: other, way: 'token', grants: 1, length: 64 });
      return times(ratio(short, one));
    };
    const many = (number) => {
      const row = of('token', ({ grants }) => grants === number);
      if (row) return nanoseconds(row);
      const failed = missing.find((one) => one.id === id && one.grants === number);
      return failed ? failed.why : '';
    };
    return [
      id,
      nanoseconds(short),
      beside('plain'),
      beside('downscope'),
      nanoseconds(of('token', ({ grants, length }) => grants === 1 && length === 1_200)),
      many(1_000),
      nanoseconds(of('peek', ({ grants, length }) => grants === 1 && length < 1_200)),
      nanoseconds(
        of('header', ({ grants, length }) => grants === 1 && length < 1_200) ??
          of('headerOfPeek', ({ grants, length }) => grants === 1 && length < 1_200),
      ),
      turns[id] ?? '',
    ];
  });
  return table(
    `The same beside peers, in ${name}`,
    [
      'client',
      'promise of a token, ns',
      'of plain',
      'of downscope',
      '1,200 characters, ns',
      'among 1,000, ns',
      'at once, ns',
      'header, ns',
      'turns',
    ],
    lines,
    'All with their store in memory. Turns: of the microtask queue, until `await` goes on. Empty: there is no such call, or not so many grants.',
  );
}

function startTable(rows) {
  const engines = [...new Set(rows.map(({ engine }) => engine))];
  return engines
    .map((engine) => {
      const of = (id, kind, part) => pick(rows, { engine, id, kind, part });
      const ids = [...new Set(rows.filter((row) => row.engine === engine).map(({ id }) => id))];
      const lines = ids.map((id) => [
        id,
        milliseconds(of(id, 'warm', 'import')),
        milliseconds(of(id, 'warm', 'open')),
        milliseconds(of(id, 'warm', 'both')),
        times(ratio(of(id, 'warm', 'both'), of('plain', 'warm', 'both'))),
        milliseconds(of(id, 'cold', 'both')),
        times(ratio(of(id, 'cold', 'both'), of('plain', 'cold', 'both'))),
      ]);
      return table(
        `Until a client is there, in ${ENGINE_NAMES[engine]}`,
        ['client', 'import, ms', 'start and constructor, ms', 'both', 'of plain', 'both, in a new page', 'of plain'],
        lines,
        'The script comes out of memory. Peers: with their sign-in or what else gives them their first refresh token.',
      );
    })
    .join('\n');
}

const memoryTable = (rows) =>
  table(
    'Memory for a token of 1,024 bytes, in Chromium',
    ['client', 'tokens', 'bytes for each', 'JavaScript', 'of the browser', 'WebAssembly', 'WebAssembly at first'],
    rows.map((row) => [
      row.id,
      count(row.grants),
      `${count(row.median)} (${count(row.low)}–${count(row.high)})`,
      count(row.heap),
      count(row.embedder),
      count(row.wasm),
      row.wasmAtFirst ? count(row.wasmAtFirst) : '',
    ]),
    'After a garbage collection; the token itself is in it, and the handle that the app has of its grant.',
  );

function versionTable({ versions }) {
  const { chromium, firefox, ...packages } = versions;
  return table('Versions', ['package', ''], Object.entries(packages));
}

function table(title, heads, lines, note) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const rule = heads.map((_, column) => (column ? '--:' : '---'));
  const parts = [`### ${title}`, '', row(heads), row(rule), ...lines.map(row), ''];
  if (note) parts.push(note, '');
  return parts.join('\n');
}

const nanoseconds = (row) =>
  row ? `${significant(row.median)} (${significant(row.low)}–${significant(row.high)})` : '';

const milliseconds = (row) => (row ? row.median.toFixed(2) : '');

const times = (value) => (value === undefined ? '' : `${value.toFixed(2)}×`);

const number = (value) => (value >= 100 ? count(value) : String(Math.round(value * 100) / 100));

const count = (value) => Math.round(value).toLocaleString('en-US');

const significant = (value) => count(value < 100 ? value : Number(value.toPrecision(3)));
