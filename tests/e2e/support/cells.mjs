// The cells of the fault matrix: which request meets what, and how its page life ends.

import { engine } from './browser.mjs';
import { FAULTS } from './gateway-faults.mjs';

/** WebKitGTK takes what it has for all, where the length was not told. */
const CUT_UNSEEN = engine === 'webkit' ? ['cut chunk'] : [];

/** Requests that meet a fault, in the words of the gateway. */
const SITES = {
  /** The backend has minted, and its answer was lost. */
  minted: { kind: 'token', times: 1, isPassedOn: true },
  /** It was never asked. */
  unminted: { kind: 'token', times: 1, isPassedOn: false },
  /** It was not told. */
  revoke: { kind: 'revoke', times: 1, isPassedOn: false },
  /** It has revoked, and its answer was lost. */
  told: { kind: 'revoke', times: 1, isPassedOn: true },
  /** It was not told until `revoke()` had given up. */
  outlasted: { kind: 'revoke', times: Infinity, isPassedOn: false },
  lease: { kind: 'lease', times: 1, isPassedOn: false },
  /** The first thing that a page says as it goes. */
  last: { kind: 'revoke', times: 1, isPassedOn: false },
};

/**
 * What no client can see through. A success is one, whatever it says (RFC 7009
 * section 2.2); and of a request that its browser has sent twice, a client knows one
 * answer.
 */
const LIES = {
  revoke: ['empty', 'text', 'huge', ...CUT_UNSEEN],
  outlasted: ['empty', 'text', 'huge', ...CUT_UNSEEN],
  minted: ['resent'],
};

/** What is nothing new if it lasts, and what would take as long as all the rest. */
const UNFIT_TO_OUTLAST = ['resent', 'never'];

const ENDURED = ['minted', 'unminted', 'revoke', 'told', 'outlasted', 'lease'];
const MET_AT_ONCE = ['minted', 'unminted', 'revoke', 'told', 'lease'];

/** The client is closed, or its page left, once it has got over the fault. Cells in groups by site. */
export const SETTLED = ENDURED.map((site) => [...cellsOf(site, 'close'), ...cellsOf(site, 'leave')]);

/** The page is left as soon as the fault has struck, whatever the client has heard of that. */
export const SUDDEN = MET_AT_ONCE.map((site) => cellsOf(site, 'at once'));

/** The fault strikes as the page goes. */
export const LAST = [cellsOf('last', 'leave')];

function cellsOf(site, ending) {
  return Object.keys(FAULTS)
    .filter((fault) => !(site === 'outlasted' && UNFIT_TO_OUTLAST.includes(fault)))
    .map((fault) => ({
      ...SITES[site],
      name: `${site}, ${ending}: ${fault}`,
      site,
      ending,
      fault,
      isLie: LIES[site]?.includes(fault) ?? false,
      // At the end of a page the second of two equal requests is meant to help.
      isRepeatedInVain: fault !== 'resent' && site !== 'last',
    }));
}
