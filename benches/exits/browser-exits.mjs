// How a page goes together with its browser, or with the process that runs it.

import { setTimeout as sleep } from 'node:timers/promises';

import { startBrowser } from './browsers.mjs';
import { FIRST_SECONDS } from './matrix.mjs';
import { areGone, kill } from './processes.mjs';

/** One browser on `display`, from its start to its end; what is left of it goes after the reading. */
export async function leaveWithBrowser({ engine, exit, stage, display, run }) {
  let browser;
  try {
    const life = await stage.visit(run, async (url) => {
      browser = await startBrowser(engine, url, display.name, { isBlocked: stage.isBlocked });
    });
    const going = await WAYS[exit](browser, display);
    if (!(await areGone(going))) throw new Error('the browser did not go');
    stage.left(life);
  } catch (error) {
    await browser?.end();
    throw error;
  }
  return { ended: endLater(browser) };
}

/** What lives on may still have something to send. */
async function endLater(browser) {
  await sleep(FIRST_SECONDS * 1000);
  await browser.end();
}

/** Each gives the processes that are to go. */
const WAYS = {
  async 'close-last-window'(browser, display) {
    const [main] = await browser.processes();
    await display.closeWindows();
    return [main];
  },

  async 'content-crash'(browser) {
    const content = await browser.contentProcesses();
    if (!content.length) throw new Error('no process that runs the page was found');
    kill(content);
    return content;
  },

  async sigterm(browser) {
    const [main] = await browser.processes();
    kill([main], 'SIGTERM');
    return [main];
  },

  async sigkill(browser) {
    const all = await browser.processes();
    kill(all);
    return all;
  },
};
