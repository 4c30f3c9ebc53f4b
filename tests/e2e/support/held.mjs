// Pages whose timers wait until a test lets them run, so that nobody waits in real time.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { openPage } from './page.mjs';

/** The longest that a page waits before it asks for its lease again. A request that is under way has longer. */
const LONGEST = 20_000;

/** The test's page, loaded again with such timers. */
export const withHeldTimers = (stage, origin) => openPage(stage, { page: stage.page, name: 'blank.html?held', origin });

/** Passes the time for which a page waits, each time that it does, until `find` gives something; gives that. */
export async function passUntil(page, find) {
  for (const deadline = performance.now() + 40_000; ; await sleep(50)) {
    const found = await find();
    if (found) return found;
    if (performance.now() > deadline) assert.fail(`not in time: ${find}`);
    await page.evaluate((longest) => clock.next() <= longest && clock.run(clock.next()), LONGEST);
  }
}
