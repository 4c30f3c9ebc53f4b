// A browser, the reference backend, and pages bundled with a framework.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach } from 'node:test';

import { PATIENCE } from '../../e2e/support/patience.mjs';
import { startServer } from '../../e2e/support/server.mjs';
import { launch } from '../../package/support/browser.mjs';

/** Its clocks can be moved, and it can be told that it was seen. */
const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>Test page</title>
<link rel="icon" href="data:,">
<div id="root"></div>
<script src="/t/clock.js"></script>
<script src="/t/events.js"></script>
`;

/**
 * Gives the tests of a file one server and one browser, and each test a page that was just loaded.
 * `bundles()` gives directories by the prefix that they are served at, each with a script `name`.
 */
export function setUp(name, bundles) {
  const stage = { open, uncaught: [] };
  before(async () => {
    const mounts = await bundles();
    for (const directory of Object.values(mounts)) {
      await writeFile(join(directory, 'index.html'), `${PAGE}<script type="module" src="${name}.mjs"></script>\n`);
    }
    stage.server = await startServer(mounts);
    stage.browser = await launch();
    stage.context = await stage.browser.newContext();
    stage.context.on('weberror', (error) => stage.uncaught.push(error.error()));
  });
  beforeEach(() => stage.server.reset());
  afterEach(async () => {
    await stage.context.pages()[0]?.goto('about:blank');
    assert.deepEqual(stage.uncaught.splice(0), [], 'nothing is thrown that nobody catches');
  });
  after(() => Promise.all([stage.browser?.close(), stage.server?.close()]));
  return stage;

  /** Opens the page that is served at a prefix. */
  async function open(prefix) {
    // The same tab if there is one: a new one takes as long as a test.
    const page = stage.context.pages()[0] ?? (await stage.context.newPage());
    page.setDefaultTimeout(PATIENCE);
    await page.goto(`${stage.server.app}${prefix}index.html?api=${stage.server.api}`);
    return page;
  }
}

/** How many token requests there were, once a promise has come true. */
export const requestsTo = async ({ server }) => (await server.ledger()).requests.token;
