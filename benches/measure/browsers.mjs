// A fresh process of a browser, and pages in it.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { chromium } from 'playwright-core';

import { launchDriven } from '../../tests/e2e/support/driven.mjs';

const BINARIES = {
  chromium: () => process.env.CHROME_BIN ?? '/usr/bin/chromium',
  firefox: () => process.env.FIREFOX_BIN ?? '/usr/bin/firefox-esr',
};

/** How long a batch is to take, in milliseconds: far longer than the smallest step of the clock. */
export const BATCH = { chromium: 4, firefox: 25 };

/** A browser with a fresh profile; both have `newContext()` and `close()`. */
export const launch = (engine) => (engine === 'chromium' ? launchChromium() : launchDriven(engine));

const launchChromium = () =>
  chromium.launch({
    executablePath: BINARIES.chromium(),
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });

/** Calls `work` with a page in a context of its own, which goes afterwards. */
export async function withPage(browser, work) {
  const context = await browser.newContext();
  const page = await context.newPage();
  try {
    return await work(page, context);
  } finally {
    await page.close();
    await context.close?.();
  }
}

export async function versionOf(engine) {
  const { stdout } = await promisify(execFile)(BINARIES[engine](), ['--version'], { timeout: 30_000 });
  return stdout.match(/\d+(\.\d+)+/)?.[0] ?? 'unknown';
}
