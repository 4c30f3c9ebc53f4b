// The page of the media tests, and the APIs beside it.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { startMediaApi } from './media-api.mjs';
import { openPage, until } from './page.mjs';
import { PATIENCE } from './patience.mjs';

/** The page, as it is loaded: by default in the tab that there is. */
export async function openMediaPage(stage, page = stage.page) {
  await openPage(stage, { page, name: 'media.html' });
  await until(page, () => 'mediaPage' in globalThis);
  return page;
}

/** An API for the time of a test. */
export async function apiFor(t, handle, options) {
  const api = await startMediaApi(handle, options);
  t.after(api.close);
  return api;
}

/** Resolves once `condition` holds of what another process does. */
export async function once(condition, every = 50) {
  const deadline = performance.now() + PATIENCE;
  while (!condition()) {
    if (performance.now() > deadline) assert.fail(`not in time: ${condition}`);
    await sleep(every);
  }
}
