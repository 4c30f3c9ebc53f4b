// The behaviour that the table shows of others, as a test of our own: no fault in
// any column. The plain client is held to the same, or it would be no yardstick.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { OWN } from '../clients/bundle.mjs';
import { behaviour } from './behaviour.mjs';
import { launch } from './browser.mjs';

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

/**
 * What each scenario must show. Two requests in two seconds, and four in five, are what a
 * back-off of 1.25 s and more comes to. A token of a minute is refreshed 13 to 40 s after it
 * came, at random: twenty seconds of calls see one request or two, never a third.
 */
const FAULTLESS = {
  herd: ({ hits, ok }) => hits === 1 && ok === 50,
  slow: ({ waited }) => waited === 0,
  failing: ({ ok, hits, longest }) => ok === 20 && hits <= 2 && longest === 0,
  outage: ({ hits, recovers }) => hits >= 1 && hits <= 4 && recovers,
  outageWithRetryAfter: ({ hits, recovers }) => hits === 1 && recovers,
  outageWithHtml: ({ hits, recovers }) => hits >= 1 && hits <= 4 && recovers,
  short: ({ hits }) => hits === 1 || hits === 2,
  setBack: ({ dead }) => dead === false,
  setBackAsleep: ({ dead }) => dead === false,
};

for (const client of OWN) {
  test(`${client} has no fault in any column`, { timeout: 60_000 }, async () => {
    const [{ cells }] = await behaviour({ browser, clients: [client] });
    const faults = Object.entries(FAULTLESS).filter(([scenario, isRight]) => {
      const { why, uncaught, ...figures } = cells[scenario];
      return why || uncaught || !isRight(figures);
    });
    assert.deepEqual(Object.fromEntries(faults.map(([scenario]) => [scenario, cells[scenario]])), {});
  });
}
