// Other work of the machine: the browsers have to share the processors with it.

import { spawn } from 'node:child_process';

/** Keeps as many processes busy until `close` is called, or this one ends. */
export function keepBusy(count) {
  const busy = Array.from({ length: count }, () =>
    // Of its own accord it ends with the pipe's other end.
    spawn(process.execPath, ['-e', WORK], { stdio: ['pipe', 'ignore', 'inherit'] }),
  );
  return { close: () => busy.forEach((child) => child.kill()) };
}

const WORK = `
  process.stdin.on('end', () => process.exit()).resume();
  const work = () => {
    for (const until = Date.now() + 50; Date.now() < until; );
    setImmediate(work);
  };
  work();
`;
