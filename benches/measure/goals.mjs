// What was aimed at, and whether it was reached.

import { pick, ratio } from './ratios.mjs';

/** Peers that a cached token of ours is to be this many times faster than. */
const FASTER = 3;
const SLOWER_PEERS = ['auth0-spa-js', 'oidc-client-ts', 'azure-core-rest-pipeline', 'livekit-client', 'ably', 'msal-browser'];

/** Two figures that should not differ may do so by this much. */
const SAME = 1.15;

const HEAP = 1_300;

const SHORT = { grants: 1, length: 64 };

/** `{ goal, limit, value, unit, met }`; `value` is undefined where that was not measured. */
export function goals({ cached, start, memory }) {
  const rows = cached?.chromium?.rows ?? [];
  const turns = cached?.chromium?.turns ?? {};
  const own = (id, way, shape = SHORT) => pick(rows, { page: 'own', id, way, ...shape });
  const among = (grants) => ({ grants, length: 64 });
  const long = { grants: 1, length: 1_200 };
  const ours = (way, shape) => own('downscope', way, shape);
  const ready = (id) => pick(start ?? [], { id, engine: 'chromium', kind: 'warm', part: 'both' });

  const most = (goal, limit, value, unit = '×') => ({ goal, limit, value, unit, met: value <= limit });
  const fewest = (goal, limit, value, unit = '×') => ({ goal, limit, value, unit, met: value >= limit });

  return [
    most('`peek()`, of plain JavaScript', 2.0, ratio(ours('peek'), own('plain', 'peek'))),
    most('cached `await token()`, of plain JavaScript', 1.6, ratio(ours('token'), own('plain', 'token'))),
    most('turns of the microtask queue that it takes', turns.plain ?? 1, turns.downscope, ''),
    most('`peek()` of 1,200 characters, of 64', SAME, ratio(ours('peek', long), ours('peek'))),
    most('`await token()` of 1,200 characters, of 64', SAME, ratio(ours('token', long), ours('token'))),
    most('`peek()` among 10,000 grants, of one', SAME, ratio(ours('peek', among(10_000)), ours('peek'))),
    most('`await token()` among 10,000 grants, of one', SAME, ratio(ours('token', among(10_000)), ours('token'))),
    ...SLOWER_PEERS.map((id) => {
      const page = rows.filter((row) => row.page === id);
      const theirs = page.find((row) => row.id === id && row.way === 'token' && row.grants === 1);
      const here = pick(page, { id: 'downscope', way: 'token', ...SHORT });
      return fewest(`${id}: its cached token, of ours`, FASTER, ratio(theirs, here));
    }),
    most('import, start and constructor in a warm page, of plain JavaScript', 1.5, ratio(ready('downscope'), ready('plain'))),
    most(
      'memory for a token of 1,024 bytes, among 10,000',
      HEAP,
      pick(memory ?? [], { id: 'downscope' })?.median,
      ' bytes',
    ),
  ];
}
