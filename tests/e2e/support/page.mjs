// A page to test in, new for each test, on a server that starts anew.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach } from 'node:test';

import { launch } from './browser.mjs';
import { startServer } from './server.mjs';

/**
 * Gives the tests of a file one server and one browser, and each test a page
 * that was just loaded. The fields of the result are there once a test runs.
 */
export function setUp(mounts) {
  const stage = { uncaught: [] };

  before(async () => {
    [stage.server, stage.browser] = await Promise.all([startServer(mounts), launch()]);
    stage.context = await stage.browser.newContext();
    stage.context.on('weberror', (webError) => stage.uncaught.push(webError.error()));
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
    await stage.browser?.close();
    await stage.server?.close();
  });

  return stage;
}

/** Loads the fixture in a tab, by default in one of its own. */
export async function openPage(stage, { page, initScript } = {}) {
  page ??= await stage.context.newPage();
  if (initScript) await page.addInitScript({ path: initScript });
  await page.goto(addressOf(stage));
  assert.ok(await page.evaluate(() => 'fixture' in globalThis), 'the package loads');
  return page;
}

/** Address of a page of `pages/`. */
export const addressOf = ({ server }, name = 'blank.html', origin = server.app) =>
  `${origin}/t/${name}?api=${encodeURIComponent(server.api)}`;

/** Revokes what the clients of a page hold, and waits until that is done. */
export const closeClients = (page) =>
  page.evaluate(() => globalThis.fixture?.closeAll()).catch(() => {});
