// A content blocker, as many users have one: it takes whatever goes as a beacon,
// and nothing else.

import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { openSession } from '../../tests/e2e/support/webdriver.mjs';

const inBlocker = (name) => fileURLToPath(new URL(`blocker/${name}`, import.meta.url));

const FLAGS = {
  async chromium(directory) {
    // A copy for each browser: it writes what it makes of the rules beside them.
    const own = join(directory, 'blocker');
    await cp(inBlocker('chromium'), own, { recursive: true });
    return [`--load-extension=${own}`, '--disable-features=DisableLoadExtensionCommandLineSwitch'];
  },
  // It takes add-ons from its driver or its profile alone.
  firefox: () => [],
  // To its rules a beacon is no `ping` but `other`.
  webkit: () => [`--content-filter=${inBlocker('webkit.json')}`],
};

/** What a browser is to be started with, so that it has the blocker; it may use `directory` until it ends. */
export const blockerFlags = async (engine, directory) => FLAGS[engine](directory);

/** Preferences of a Firefox that has it in its profile: nobody has signed it, and it is to be there before the page. */
export const BLOCKER_PREFERENCES = {
  'extensions.autoDisableScopes': 0,
  'extensions.webextensions.background-delayed-startup': false,
  'xpinstall.signatures.required': false,
};

/** Puts it into a profile of Firefox that is not in use yet. */
export async function addBlocker(profile) {
  const directory = join(profile, 'extensions');
  await mkdir(directory, { recursive: true });
  // A file with the add-on's name may say where the add-on is.
  await writeFile(join(directory, 'blocker@downscope.example'), inBlocker('firefox'));
}

/** A driven browser that has it, and what ends the two. */
export async function openBlockedSession(engine) {
  const directory = await mkdtemp(join(tmpdir(), 'downscope-'));
  let session;
  const close = async () => {
    await session?.quit();
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  try {
    session = await openSession(engine, { args: await blockerFlags(engine, directory) });
    if (engine === 'firefox') await session.addAddon(inBlocker('firefox'));
    return { session, close };
  } catch (error) {
    await close();
    throw error;
  }
}
