// The built site, and a browser that looks at it.

import { after, before } from 'node:test';

import { launch } from '../../package/support/browser.mjs';
import { serve } from './serve.mjs';

const folder = process.env.DOWNSCOPE_SITE;
if (!folder) throw new Error('DOWNSCOPE_SITE names no directory; run `cargo xtask test docs`');

/** Before the tests of a file: `origin` and `browser`. */
export function setUp() {
  const stage = {};
  let site;
  before(async () => {
    site = await serve(folder);
    stage.origin = site.origin;
    stage.browser = await launch();
  });
  after(async () => {
    await stage.browser?.close();
    await site?.close();
  });
  return stage;
}
