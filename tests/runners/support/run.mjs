// Starts a runner of unit tests as an app would, with the package under test installed.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { packageDirectory } from '../../package/support/app.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Puts the package under test where an app has it. A copy: what it imports is looked for beside it. */
export async function installPackage() {
  const installed = here('../node_modules/downscope');
  await rm(installed, { recursive: true, force: true });
  await mkdir(installed);
  await cp(packageDirectory, installed, { recursive: true });
}

/**
 * Runs the app's tests; all have to pass, and there is one for each check.
 *
 * @param {string} program Below `node_modules`.
 * @param {string[]} settings
 * @param {string} starts The entries whose client can start in that environment.
 */
export async function passes(program, settings, starts) {
  const directory = await mkdtemp(join(tmpdir(), 'downscope-runner-'));
  const outputFile = join(directory, 'outcome.json');
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [here(`../node_modules/${program}`), ...settings, `--outputFile=${outputFile}`],
      { cwd: here('../app'), timeout: 110_000, env: { ...process.env, CI: '1', DOWNSCOPE_STARTS: starts } },
    ).catch((error) => error);
    const outcome = await readFile(outputFile, 'utf8').catch(() => assert.fail(`${stdout}\n${stderr}`));
    const { numTotalTests, numPassedTests, testResults } = JSON.parse(outcome);
    const failed = testResults.flatMap(({ message, assertionResults }) => [
      message,
      ...assertionResults.flatMap(({ failureMessages }) => failureMessages),
    ]);
    assert.equal(numPassedTests, numTotalTests, failed.join('\n'));
    assert.equal(numTotalTests, 7, failed.join('\n'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
