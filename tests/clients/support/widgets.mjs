// A page that shows one of Box's widgets, as it is published, in a real browser.

import { after, before, beforeEach } from 'node:test';
import { fileURLToPath } from 'node:url';

import { launch } from '../../package/support/browser.mjs';
import { startBox } from './box.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Gives the tests of a file one browser and one Box, which each of them finds as new. */
export function setUp() {
  const stage = { open, statuses };
  before(async () => {
    const mounts = {
      '/t/': here('../pages'),
      '/static/': here('../pages/static'),
      '/pkg/': process.env.DOWNSCOPE_PKG,
      '/buie/': here('../node_modules/box-ui-elements/dist'),
      '/sdk/': here('../node_modules/box-node-sdk/lib'),
    };
    stage.box = await startBox(mounts);
    stage.browser = await launch();
  });
  after(() => Promise.all([stage.browser?.close(), stage.box?.close()]));
  beforeEach(() => stage.box.reset());
  return stage;

  /** Opens a page that shows a widget; `tokens` are options of `boxTokens`. `isTimed` lets `page.clock` move its time. */
  async function open(widget, { tokens = {}, options = {}, isTimed = false } = {}) {
    const page = await stage.browser.newPage();
    if (isTimed) await page.clock.install();
    const given = { api: stage.box.api, widget, options, tokens };
    await page.goto(`${stage.box.app}/t/box.html#${encodeURIComponent(JSON.stringify(given))}`);
    return page;
  }

  /** What the API has answered to a request, as statuses. */
  function statuses(request) {
    const same = stage.box.requests.filter((one) => one.startsWith(`${request} `));
    return same.map((one) => one.split(' ')[2]);
  }
}

/** Looks until it is so; the runner's limit of time ends it otherwise. */
export async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}
