// Starts the WebAssembly: once, at the first backend.

import compiled from '#wasm';

import {
  Backend,
  away as refused,
  initSync,
  leaseFault,
  longestBody as longest,
  postgresOptions,
  refusesTheSubject,
} from './glue.js';

let isReady = false;

/** The core of a backend, once its store can be reached. What is wrong with its settings is
 * thrown with `isLasting`: they stay as they are. */
export async function start(settings, store, hooks) {
  const text = JSON.stringify(settings);
  const open = (given, connection) => Backend.open(text, JSON.stringify(given), hooks, connection);
  try {
    begin();
    // Over memory, nothing but a setting can be wrong.
    (await open({ kind: 'memory' })).free();
  } catch (error) {
    throw Object.assign(error, { isLasting: true });
  }
  return open(store.settings, await store.connect?.());
}

/** What a backend of these settings answers whose store cannot be reached. */
export const away = (settings, { method, path, headers }) =>
  refused(JSON.stringify(settings), method, path, headers);

/** The core of a backend that keeps nothing, at once. */
export function withoutStore(settings, hooks) {
  try {
    begin();
    return Backend.stateless(JSON.stringify(settings), hooks);
  } catch (error) {
    throw Object.assign(error, { isLasting: true });
  }
}

/** Compiles it where it is not compiled yet, and instantiates it; unless it is there. */
export function begin() {
  if (isReady) return;
  initSync({ module: compiled() });
  isReady = true;
}

/** How many bytes of a body are read at the most; also asked before a backend has started. */
export function longestBody() {
  begin();
  return longest();
}

export { leaseFault, postgresOptions, refusesTheSubject };
