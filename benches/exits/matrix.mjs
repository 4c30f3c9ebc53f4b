// What there is to measure: engines × exits × means, in the order of the tables.

export const ENGINES = ['chromium', 'firefox', 'webkit'];

/** Of one tab, in a browser that lives on. */
export const TAB_EXITS = [
  'close-tab',
  'navigate-same-site',
  'navigate-cross-site',
  'reload',
  'away-and-back',
  'iframe-removed',
  'network-gone',
];

/** Of a whole browser, or of a process that it needs. */
export const BROWSER_EXITS = ['close-last-window', 'content-crash', 'sigterm', 'sigkill'];

export const EXITS = [
  ...TAB_EXITS.filter((exit) => exit !== 'network-gone'),
  ...BROWSER_EXITS,
  'network-gone',
];

/** Dear in time or in processes, so there are fewer runs of them. */
export const HARD_EXITS = new Set([...BROWSER_EXITS, 'network-gone']);

/** Of a page that holds its tokens; the last one is `default` again, in a browser whose content blocker takes beacons. */
const OWN_MEANS = ['default', 'hidden', 'deferred', 'lease', 'blocked'];

/** The same where a keeper holds them. These are run where they are named. */
const KEEPERS = ['worker', 'worker-lease', 'vault', 'vault-deferred', 'vault-lease'];

export const MEANS = [...OWN_MEANS, ...KEEPERS];

/** `fetchLater` is Chromium's; elsewhere the option changes nothing. */
export const isOffered = (engine, means) => !means.endsWith('deferred') || engine === 'chromium';

/** Whether the page's tokens end with their lease. */
export const hasLease = (means) => means.endsWith('lease');

/** Who holds the tokens: the page, a `worker` or a `vault`. */
export const hostOf = (means) => (KEEPERS.includes(means) ? means.split('-')[0] : 'page');

/** Where nothing gets out anyway, there is nothing to block. */
const BLOCKED_EXITS = new Set([
  ...TAB_EXITS.filter((exit) => exit !== 'network-gone'),
  'close-last-window',
]);

/** A vault serves the app's origin alone, and its page cannot come by the way that falls silent. */
const hasWay = (exit, means) => exit !== 'network-gone' || hostOf(means) !== 'vault';

/** Whether there is such a cell at all. */
export const isMeasured = ({ engine, exit, means }) =>
  isOffered(engine, means) && hasWay(exit, means) && (means !== 'blocked' || BLOCKED_EXITS.has(exit));

/** How long the server of the tests keeps the tokens of a page that has fallen silent, and holds its requests before. */
const [TERM_SECONDS, HOLD_SECONDS] = [10, 2];

/** When the second reading is due: the term is over, and the sweep has come round. */
export const GRACE_SECONDS = TERM_SECONDS + HOLD_SECONDS + 2;

/** When the first reading is due. */
export const FIRST_SECONDS = 5;

/** Every cell that `filters` let through; a filter that names nothing lets all through, but for the keepers. */
export function cells({ engine = [], exit = [], means = [] } = {}) {
  const chosen = (all, some) => all.filter((one) => !some.length || some.includes(one));
  return chosen(ENGINES, engine).flatMap((engine) =>
    chosen(EXITS, exit).flatMap((exit) =>
      chosen(MEANS, means.length ? means : OWN_MEANS)
        .map((means) => ({ engine, exit, means }))
        .filter(isMeasured),
    ),
  );
}
