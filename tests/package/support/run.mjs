// Runs a module as the app would.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { appDirectory } from './app.mjs';

/** What a module printed, run by a Node of its own with these flags. It must end by itself. */
export async function runInApp(source, ...flags) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, '--input-type=module', '--no-warnings', '--eval', source],
    { cwd: appDirectory, timeout: 30_000 },
  );
  return stdout.trim();
}
