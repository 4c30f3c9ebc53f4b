// A browser, a token endpoint, and what the toolchains of a file have come to.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';

import { launch } from '../../package/support/browser.mjs';
import { outcomeOf } from './page.mjs';
import { startEndpoint, TOKEN } from './serve.mjs';

export function setUp() {
  const stage = { tokenAt };
  before(async () => {
    [stage.browser, stage.endpoint] = await Promise.all([launch(), startEndpoint()]);
  });
  after(() => Promise.all([stage.browser?.close(), stage.endpoint?.close()]));
  return stage;

  /** Opens an app, which must get a token and complain of nothing; says how its WebAssembly came. */
  async function tokenAt(url) {
    const { outcome, wasm, complaints } = await outcomeOf(stage.browser, url, stage.endpoint.origin);
    assert.deepEqual([outcome, complaints], [TOKEN, []]);
    return wasm;
  }
}
