// What the package writes to the log.

import { mock } from 'node:test';

/** The lines that are written while `work` runs. */
export async function logged(work) {
  const lines = [];
  const error = mock.method(console, 'error', (...words) => lines.push(words.join(' ')));
  try {
    await work();
  } finally {
    error.mock.restore();
  }
  return lines;
}
