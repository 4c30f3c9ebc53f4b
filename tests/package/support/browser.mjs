// A real Chromium.

import { chromium } from 'playwright-core';

export const launchOptions = {
  executablePath: process.env.CHROME_BIN,
  args: ['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
};

export const launch = () => chromium.launch(launchOptions);

/** Opens the page of a server, and gives what the app left in `globalThis.token`. */
export async function tokenOf(browser, server) {
  const page = await browser.newPage();
  try {
    const failures = [];
    page.on('pageerror', (error) => failures.push(error));
    page.on('response', (response) => {
      if (!response.ok() && !response.url().endsWith('/favicon.ico')) {
        failures.push(new Error(`${response.status()} ${response.url()}`));
      }
    });
    await page.goto(server.origin);
    const token = await page.evaluate(() => globalThis.token);
    if (failures.length > 0) throw new AggregateError(failures, String(failures[0]));
    return token;
  } finally {
    await page.close();
  }
}
