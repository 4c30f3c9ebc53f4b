// How a page goes while its browser lives on: through WebDriver, one after the other.

import { openSession } from '../../tests/e2e/support/webdriver.mjs';
import { openBlockedSession } from './blocker.mjs';
import { relayTo } from './relay.mjs';

/** WebKitGTK opens tabs in the background, where a page is hidden. */
const KIND_OF_WINDOW = { chromium: 'tab', firefox: 'tab', webkit: 'window' };

/** A browser for the exits of its tabs, with the content blocker if it `isBlocked`; give it one stage after the other. */
export async function openTabs(engine, { isBlocked = false } = {}) {
  const { session, close } = await (isBlocked ? openBlockedSession : openPlainSession)(engine);
  const home = await session.handle();

  return {
    /** `runs` exits of one kind; throws at the first that goes wrong. */
    async leave(exit, stage, runs) {
      await session.goto('about:blank');
      await WAYS[exit]({ session, home, stage, runs });
      await session.goto('about:blank');
    },
    close,
  };
}

async function openPlainSession(engine) {
  const session = await openSession(engine);
  return { session, close: () => session.quit() };
}

const WAYS = {
  async 'close-tab'({ session, home, stage, runs }) {
    for (let run = 0; run < runs; run += 1) {
      await inTabOfItsOwn(session, home, async () => {
        const life = await stage.visit(run, session.goto);
        await session.closeWindow();
        stage.left(life);
      });
    }
  },

  'navigate-same-site': ({ session, stage, runs }) =>
    fromPageToPage(stage, runs, { start: session.goto, go: follow(session) }),

  'navigate-cross-site': ({ session, stage, runs }) => {
    const sites = [stage.app, stage.app.replace('127.0.0.1', 'localhost')];
    const originOf = (run) => sites[run % 2];
    return fromPageToPage(stage, runs, { start: session.goto, go: follow(session), originOf });
  },

  reload: ({ session, stage, runs }) =>
    fromPageToPage(stage, runs, {
      start: session.goto,
      go: () => session.execute('location.reload()'),
      nameOf: () => 'reloaded',
    }),

  async 'away-and-back'({ session, stage, runs }) {
    const goAway = async (run) => {
      const away = `${run}-away`;
      await follow(session)(stage.address(away, { page: 'away.html' }));
      return stage.news(away);
    };
    const saw = (what, { restored }) => {
      stage.saw(`${what} came back ${restored ? 'as it was' : 'anew'}`);
    };
    for (let run = 0; run < runs; run += 1) {
      const life = await stage.visit(run, session.goto);
      const { openedAt } = await goAway(run);
      stage.left(life, openedAt);
      saw('the page', await stage.visit(run, session.back));
      if (stage.means !== 'default') continue;
      // What the engine does with a page that has nothing of the SDK.
      const without = `${run}-without`;
      await session.goto(stage.address(without, { page: 'away.html' }));
      await stage.news(without);
      await goAway(without);
      await session.back();
      saw('a page without the SDK', await stage.news(without));
    }
  },

  async 'iframe-removed'({ session, stage, runs }) {
    await session.goto(stage.address('host', { page: 'host.html' }));
    for (let run = 0; run < runs; run += 1) {
      const life = await stage.visit(run, (url) => session.execute(ADD_FRAME, url));
      await session.execute("document.querySelector('iframe').remove()");
      stage.left(life);
    }
  },

  async 'network-gone'({ session, home, stage, runs }) {
    for (let run = 0; run < runs; run += 1) {
      const relay = await relayTo(stage.app);
      stage.afterwards(relay.close);
      await inTabOfItsOwn(session, home, async () => {
        const life = await stage.visit(run, session.goto, { origin: relay.origin });
        relay.mute();
        await session.closeWindow();
        stage.left(life);
      });
    }
  },
};

const ADD_FRAME = `
  document.body.append(Object.assign(document.createElement('iframe'), { src: arguments[0] }));
`;

/** Goes where a link would lead. */
const follow = (session) => (url) => session.execute('location.href = arguments[0]', url);

/** In one tab, each page making way for the next. */
async function fromPageToPage(stage, runs, { start, go, originOf, nameOf = (run) => run }) {
  const options = (run) => ({ origin: originOf?.(run) });
  let life = await stage.visit(nameOf(0), start, options(0));
  for (let run = 1; run <= runs; run += 1) {
    const next = await stage.visit(nameOf(run), go, options(run));
    stage.left(life, next.openedAt);
    life = next;
  }
}

/** `action` closes the tab. */
async function inTabOfItsOwn(session, home, action) {
  await session.switchTo(await session.open(KIND_OF_WINDOW[session.engine]));
  await action();
  await session.switchTo(home);
}
