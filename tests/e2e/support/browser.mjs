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

/**
 * Switched off in place of what playwright names, since of two lists the last one
 * counts: of its own it also switches off that a frame under another site has a
 * storage of its own there. These are of no use without somebody in front of the
 * screen, or are to ask the network for something.
 */
const SWITCHED_OFF = [
  'AimEnabled',
  'DestroyProfileOnBrowserClose',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PreconnectToSearch',
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
    args: [...QUIET, `--disable-features=${SWITCHED_OFF}`],
    ignoreDefaultArgs: NATURAL,
  });
}
