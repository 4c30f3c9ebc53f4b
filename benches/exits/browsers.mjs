// The browsers as a user starts them: with an address, and without a driver.

import { spawn } from 'node:child_process';
import { on } from 'node:events';
import { watch } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { addBlocker, BLOCKER_PREFERENCES, blockerFlags } from './blocker.mjs';
import { areGone, familyOf, killRest } from './processes.mjs';

const FIREFOX_PREFERENCES = {
  'app.normandy.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.sessionstore.resume_from_crash': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.tabs.warnOnClose': false,
  'browser.warnOnQuit': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'termsofuse.bypassNotification': true,
  'toolkit.startup.max_resumed_crashes': -1,
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

const ENGINES = {
  chromium: {
    binary: () => process.env.CHROME_BIN ?? '/usr/bin/chromium',
    flags: (profile) => [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--password-store=basic',
      '--window-size=1200,800',
      `--user-data-dir=${profile}`,
    ],
    // With an extension, one start in four hangs before its first page; later ones come.
    readyWith: 'SingletonSocket',
    isContent: ({ command }) =>
      command.includes('--type=renderer') && !command.includes('--extension-process'),
  },
  firefox: {
    binary: () => process.env.FIREFOX_BIN ?? '/usr/bin/firefox-esr',
    flags: (profile) => ['--no-remote', '-profile', profile],
    async prepare(profile, { isBlocked }) {
      const preferences = { ...FIREFOX_PREFERENCES, ...(isBlocked && BLOCKER_PREFERENCES) };
      const lines = Object.entries(preferences).map(
        (preference) => `user_pref(${preference.map((one) => JSON.stringify(one))});\n`,
      );
      await writeFile(join(profile, 'user.js'), lines.join(''));
      if (isBlocked) await addBlocker(profile);
    },
    isContent: ({ command, name }) => / tab$/.test(command) && /^(Isolated )?Web Co/.test(name),
  },
  webkit: {
    binary: () =>
      process.env.WEBKIT_BROWSER ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
    flags: () => ['--private'],
    environment: {
      GDK_BACKEND: 'x11',
      LIBGL_ALWAYS_SOFTWARE: '1',
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    },
    isContent: ({ command }) => command.includes('WebKitWebProcess'),
  },
};

/** One that shows `url` on `display`, with a fresh profile, and with the content blocker if it `isBlocked`. */
export async function startBrowser(engine, url, display, { isBlocked = false } = {}) {
  const { flags, prepare, readyWith, environment = {}, isContent } = ENGINES[engine];
  const profile = await mkdtemp(join(tmpdir(), 'downscope-'));
  await prepare?.(profile, { isBlocked });
  const further = isBlocked ? await blockerFlags(engine, profile) : [];
  const start = (address) => {
    const child = spawn(binaryOf(engine), [...flags(profile), ...further, address], {
      env: { ...process.env, ...environment, ...placesBelow(profile), DISPLAY: display },
      stdio: 'ignore',
    });
    // Seen by whoever waits for the page.
    child.on('error', () => {});
    return child;
  };
  const isLater = isBlocked && readyWith;
  const isReady = isLater && isWritten(profile, readyWith);
  const child = start(isLater ? 'about:blank' : url);
  await isReady;
  // As another program opens a link: it hands the address over, and ends.
  if (isLater) start(url);
  let family = [];
  const look = async () => {
    const now = child.pid ? await familyOf(child.pid) : [];
    const known = new Set(now.map(({ pid }) => pid));
    family = [...now, ...family.filter(({ pid }) => !known.has(pid))];
    return now;
  };

  return {
    /** Its processes now, the main one first. */
    processes: look,
    /** Those of them that run pages. */
    contentProcesses: async () => (await look()).filter(isContent),
    /** Ends what is left of it, and removes its profile. */
    async end() {
      await look();
      await killRest(family);
      await areGone(family, 5_000);
      await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** Resolves when there is a new file of that name, or after as long as a start may take. */
async function isWritten(directory, name) {
  const watcher = watch(directory);
  try {
    const signal = AbortSignal.timeout(30_000);
    for await (const [, found] of on(watcher, 'change', { signal })) if (found === name) return;
  } catch {
    // Whoever waits for the page will tell.
  } finally {
    watcher.close();
  }
}

export const binaryOf = (engine) => ENGINES[engine].binary();

const placesBelow = (directory) => ({
  HOME: directory,
  TMPDIR: directory,
  XDG_CACHE_HOME: directory,
  XDG_CONFIG_HOME: directory,
  XDG_DATA_HOME: directory,
});
