// A real browser that behaves as one that people use.

import { chromium } from 'playwright-core';

import { launchDriven } from './driven.mjs';

/** Which browser: `chromium`, `firefox` or `webkit`. */
export const engine = process.env.DOWNSCOPE_ENGINE ?? 'chromium';

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What playwright switches off and these tests are about. */
const NATURAL = [
  '--disable-back-forward-cache',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-hang-monitor',
  '--disable-ipc-flooding-protection',
  '--disable-renderer-backgrounding',
];

/** Playwright drives no Firefox and no WebKit but its own builds of them. */
export const launch = () => (engine === 'chromium' ? launchChromium() : launchDriven(engine));

function launchChromium() {
  return chromium.launch({
    executablePath: process.env.CHROME_BIN ?? '/usr/bin/chromium',
    args: QUIET,
    ignoreDefaultArgs: NATURAL,
  });
}
