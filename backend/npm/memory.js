// A store in this process.

import { queueOf } from './queue.js';

/** For one instance: gone with the process. `isFirst`: nothing was minted before it started. */
export function memory({ isFirst = false } = {}) {
  return { settings: { kind: 'memory', isFirst }, isLast: true, lock: queueOf() };
}
