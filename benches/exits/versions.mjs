// What was measured.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { packageDirectory } from '../../tests/e2e/support/server.mjs';
import { binaryOf } from './browsers.mjs';

/** Versions of the package and of `engines`, by name. */
export async function versionsOf(engines) {
  const all = engines.map(async (engine) => [engine, await versionOf(engine)]);
  return { ...Object.fromEntries(await Promise.all(all)), downscope: await ownVersion() };
}

async function versionOf(engine) {
  // MiniBrowser needs DISPLAY even for this.
  const { stdout } = await promisify(execFile)(binaryOf(engine), ['--version'], { timeout: 20_000 });
  return stdout.match(/\d+(\.\d+)+/)?.[0] ?? 'unknown';
}

async function ownVersion() {
  return JSON.parse(await readFile(join(packageDirectory, 'package.json'), 'utf8')).version;
}
