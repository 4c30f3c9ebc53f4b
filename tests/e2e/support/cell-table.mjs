// The fault matrix in print.

const LEGEND =
  'alive of minted, requests for t(okens), r(evokes) and l(eases); then what became of the caller: ' +
  '✓ confirmed, ✗ not; an error code where there was no token; ! is not as it should be, ~ is what no client can see';

/** Lines of a table for each ending, from what was measured. */
export function tablesOf(measured) {
  const endings = [...new Set(measured.map(({ ending }) => ending))];
  const ofOne = (ending) => measured.filter((one) => one.ending === ending);
  return [LEGEND, ...endings.flatMap((ending) => table(ending, ofOne(ending)))];
}

function table(ending, measured) {
  const sites = [...new Set(measured.map(({ site }) => site))];
  const faults = [...new Set(measured.map(({ fault }) => fault))];
  const entry = (fault, site) => measured.find((one) => one.fault === fault && one.site === site);
  const rows = [
    [ending, ...sites],
    ...faults.map((fault) => [fault, ...sites.map((site) => describe(entry(fault, site)))]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((text, column) => text.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...others] = rows.map(line);
  return ['', head, line(widths.map((width) => '-'.repeat(width))), ...others];
}

function describe(measured) {
  if (!measured) return '';
  const { alive, minted, requests, outcome = {}, complaints, isLie } = measured;
  const counts = Object.entries(requests).map(([kind, { length }]) => length && `${length}${kind[0]}`);
  const results = [outcome.revoke, outcome.close].filter(Boolean);
  return [
    `${alive}/${minted}`,
    counts.filter(Boolean).join(''),
    ...results.map(({ confirmed }) => (confirmed ? '✓' : '✗')),
    isLie && alive > 0 ? '~' : undefined,
    outcome.token === 'token' ? undefined : outcome.token,
    complaints.length > 0 ? '!' : undefined,
  ]
    .filter(Boolean)
    .join(' ');
}
