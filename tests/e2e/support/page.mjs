// A page to test in, new for each test, on a server that starts anew.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { engine, launch } from './browser.mjs';
import { PATIENCE } from './patience.mjs';
import { startServer } from './server.mjs';
import { startWatcher } from './watcher.mjs';

/**
 * Gives the tests of a file one server and one browser, and each test a page
 * that was just loaded. The fields of the result are there once a test runs.
 * `mounts` are further directories that the server serves; what `furnish` opens
 * is put on the stage, and closed at the end. `options` are those of the server.
 */
export function setUp(mounts, furnish = () => ({}), options = {}) {
  const stage = { uncaught: [] };
  let furniture = {};

  before(async () => {
    const starting = [startServer(mounts, options), launch()];
    // Both, or one that starts in spite of the other would be there for ever.
    [stage.server, stage.browser] = (await Promise.allSettled(starting)).map(({ value }) => value);
    await Promise.all(starting);
    stage.context = await stage.browser.newContext();
    if (engine === 'chromium') {
      stage.context.on('weberror', (webError) => stage.uncaught.push(webError.error()));
    } else {
      stage.watcher = await startWatcher((error) => stage.uncaught.push(error));
    }
    furniture = await furnish(stage);
    Object.assign(stage, furniture);
  });

  beforeEach(async () => {
    await stage.server.reset();
    // The same tab if it is still there: a new one takes as long as a test.
    const [tab] = stage.context.pages();
    stage.page = await openPage(stage, { page: tab });
  });

  afterEach(async () => {
    // Whatever a page would still revoke, it would revoke into the next test.
    await stage.server.reset();
    const [first, ...others] = stage.context.pages();
    await Promise.all([first, ...others].map((page) => page && closeClients(page)));
    await Promise.all(others.map((page) => page.close()));
    assert.deepEqual(stage.uncaught.splice(0), [], 'nothing is thrown that nobody catches');
  });

  after(async () => {
    const pieces = [stage.browser, stage.server, stage.watcher, ...Object.values(furniture)];
    // Whatever becomes of the others: one that stays keeps this process from its end.
    throwFirst(await Promise.allSettled(pieces.map(async (piece) => piece?.close())));
  });

  return stage;
}

/** Throws what the first of those has failed with that did not go well. */
function throwFirst(outcomes) {
  for (const { status, reason } of outcomes) if (status === 'rejected') throw reason;
}

/** Loads a page with the fixture, by default in a tab of its own. */
export async function openPage(stage, { page, name, origin } = {}) {
  page ??= await stage.context.newPage();
  await page.goto(addressOf(stage, name, origin));
  // WebKit's driver does not wait for modules.
  await until(page, () => 'fixture' in globalThis);
  return page;
}

/** Address of a page of `pages/`; `name` may have a query of its own. */
export function addressOf({ server, watcher }, name = 'blank.html', origin = server.app) {
  const address = new URL(`${origin}/t/${name}`);
  address.searchParams.set('api', server.api);
  if (watcher) address.searchParams.set('watcher', watcher.origin);
  return address.href;
}

/** Goes where a link would lead, and waits until that has loaded. */
export async function follow(page, address) {
  const arrived = page.waitForURL(address);
  await page.evaluate((address) => {
    location.href = address;
  }, address);
  await arrived;
}

/** Resolves once a function that looks at the page finds it so; fails after `within` ms. */
export async function until(page, condition, within = PATIENCE) {
  const deadline = performance.now() + within;
  while (!(await (page.look?.(condition) ?? page.evaluate(condition)))) {
    if (performance.now() > deadline) assert.fail(`not in time: ${condition}`);
    await sleep(50);
  }
}

/** An error that nobody caught, as soon as it is known. */
export async function nextUncaught({ uncaught }) {
  const deadline = performance.now() + PATIENCE;
  while (uncaught.length === 0 && performance.now() < deadline) await sleep(20);
  return uncaught.shift();
}

/** Revokes what the clients of a page hold, and waits until that is done. */
export const closeClients = (page) =>
  page.evaluate(() => globalThis.fixture?.closeAll()).catch(() => {});
