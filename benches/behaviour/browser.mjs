// The browser of these runs.

import { chromium } from 'playwright-core';

/** A Chromium without a window. */
export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROME_BIN ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
