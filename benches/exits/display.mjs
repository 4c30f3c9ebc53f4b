// A screen of our own, with a window manager, for browsers that show their windows.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const wmctrl = process.env.WMCTRL ?? 'wmctrl';

/** Until `close()`. One browser at a time, so that no window covers another. */
export async function openDisplay() {
  const flags = ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'];
  const screen = spawn(process.env.XVFB ?? 'Xvfb', flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const started = once(createInterface({ input: screen.stdio[3] }), 'line');
  const failed = Promise.race([
    once(screen, 'error').then(([error]) => error),
    once(screen, 'exit').then(([code]) => new Error(`Xvfb ended (${code})`)),
  ]).then((error) => Promise.reject(error));
  failed.catch(() => {});
  const [number] = await Promise.race([started, failed]);
  const name = `:${number}`;
  const environment = { ...process.env, DISPLAY: name };
  const manager = spawn(process.env.OPENBOX ?? 'openbox', ['--sm-disable'], { env: environment, stdio: 'ignore' });
  manager.on('error', () => {});

  /** Numbers of the windows that the manager knows. */
  async function windows() {
    // It fails for as long as there is no manager.
    const listing = run(wmctrl, ['-l'], { env: environment });
    const { stdout } = await listing.catch(() => ({ stdout: '' }));
    return stdout.split('\n').flatMap((line) => line.match(/^0x\w+/) ?? []);
  }

  return {
    name,
    /** Asks every window to close, as the button of its frame does. */
    async closeWindows() {
      const deadline = performance.now() + 10_000;
      let open = await windows();
      while (!open.length && performance.now() < deadline) {
        await sleep(50);
        open = await windows();
      }
      if (!open.length) throw new Error('the browser has no window');
      for (const one of open) await run(wmctrl, ['-i', '-c', one], { env: environment });
    },
    close() {
      manager.kill();
      screen.kill();
    },
  };
}
