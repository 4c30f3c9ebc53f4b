// Starts a runner of unit tests as an app would, with the package under test installed.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { packageDirectory } from '../../package/support/app.mjs';

/** How many there are in `app/checks.cjs`. */
const CHECKS = 7;

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
  const command = (file) => [process.execPath, here(`../node_modules/${program}`), ...settings, `--outputFile=${file}`];
  const { outcome } = await outcomeOf(command, starts);
  const { numTotalTests, numPassedTests, testResults } = JSON.parse(outcome);
  const failed = testResults.flatMap(({ message, assertionResults }) => [
    message,
    ...assertionResults.flatMap(({ failureMessages }) => failureMessages),
  ]);
  assert.equal(numPassedTests, numTotalTests, failed.join('\n'));
  assert.equal(numTotalTests, CHECKS, failed.join('\n'));
}

/** The same in Bun, whose own runner writes nothing but JUnit's XML. */
export async function passesInBun(bun, file, starts) {
  const command = (outcome) => [bun, 'test', `./${file}`, '--timeout=60000', '--reporter=junit', `--reporter-outfile=${outcome}`];
  const { outcome, printed } = await outcomeOf(command, starts);
  const [, tests, failures, skipped] = /<testsuites [^>]*tests="(\d+)"[^>]* failures="(\d+)" skipped="(\d+)"/.exec(outcome) ?? [];
  assert.deepEqual([tests, failures, skipped], [String(CHECKS), '0', '0'], printed);
}

/** What a runner writes into the file that it is given, and what it prints. */
async function outcomeOf(command, starts) {
  const directory = await mkdtemp(join(tmpdir(), 'downscope-runner-'));
  const file = join(directory, 'outcome');
  const [program, ...settings] = command(file);
  const env = { ...process.env, CI: '1', DOWNSCOPE_STARTS: starts };
  try {
    const options = { cwd: here('../app'), timeout: 110_000, env };
    const { stdout, stderr } = await promisify(execFile)(program, settings, options).catch((error) => error);
    const printed = `${stdout}\n${stderr}`;
    return { outcome: await readFile(file, 'utf8').catch(() => assert.fail(printed)), printed };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
