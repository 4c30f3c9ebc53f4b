// Browser, context and pages over WebDriver, under the names that playwright
// has for them, as far as the tests use them.

import { setTimeout as sleep } from 'node:timers/promises';

import { openSession } from './webdriver.mjs';

/** WebKitGTK opens tabs in the background, where a page is hidden. */
const KIND_OF_WINDOW = { chromium: 'tab', firefox: 'tab', webkit: 'window' };

const PATIENCE = 30_000;

/** A browser of its own, of `engine`. */
export async function launchDriven(engine) {
  const session = await openSession(engine);
  // Stays empty: without this window, closing a page would end the browser.
  const home = await session.handle();
  return { newContext: () => new Context(session, home), close: () => session.quit() };
}

class Context {
  #session;
  #home;
  #pages = new Set();
  /** What was told last; a driver does one thing at a time. */
  #last = Promise.resolve();
  /** Window and frame that the commands go to. */
  #place;

  constructor(session, home) {
    this.#session = session;
    this.#home = home;
  }

  pages() {
    return [...this.#pages];
  }

  async newPage() {
    const kind = KIND_OF_WINDOW[this.#session.engine];
    const handle = await this.#inTurn(() => this.#at([this.#home], ({ open }) => open(kind)));
    const page = new Page({
      act: (frames, action) => this.#inTurn(() => this.#at([handle, ...frames], action)),
      forget: () => this.#pages.delete(page),
    });
    this.#pages.add(page);
    return page;
  }

  cookies() {
    const [page] = this.#pages;
    return page.cookies();
  }

  #inTurn(action) {
    const done = this.#last.then(action);
    this.#last = done.catch(() => {});
    return done;
  }

  async #at([handle, ...frames], action) {
    const place = JSON.stringify([handle, ...frames]);
    if (this.#place !== place) {
      this.#place = undefined;
      await this.#session.switchTo(handle);
      await this.#session.frame(null);
      for (const selector of frames) {
        await this.#session.frame(await this.#session.find(selector));
      }
    }
    // A frame can go at any time, so each command looks for it anew.
    if (frames.length === 0) this.#place = place;
    try {
      return await action(this.#session);
    } catch (error) {
      this.#place = undefined;
      throw error;
    }
  }
}

/** A window, or a frame in it. */
class Frame {
  #act;
  #path;

  constructor(act, path) {
    this.#act = act;
    this.#path = path;
  }

  evaluate(run, argument) {
    return this.tell((session) => session.evaluate(run, argument));
  }

  /** What a function sees of the document, also where the page's policy forbids `eval`. */
  look(run) {
    return this.tell((session) => session.execute(`return (${run})();`));
  }

  /** What an element's attribute says, once there is such an element. */
  getAttribute(selector, name) {
    return this.#once(selector, (session, element) => session.attribute(element, name));
  }

  textContent(selector) {
    return this.#once(selector, (session, element) => session.text(element));
  }

  /** The frame in the element that `selector` finds, once it has loaded a document. */
  childFrame(selector) {
    return new Frame(this.#act, [...this.#path, selector]);
  }

  tell(action) {
    return this.#act(this.#path, action);
  }

  async #once(selector, read) {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      try {
        return await this.tell(async (session) => read(session, await session.find(selector)));
      } catch (error) {
        if (error.code !== 'no such element' || performance.now() > deadline) throw error;
      }
      await sleep(50);
    }
  }
}

class Page extends Frame {
  #forget;

  constructor({ act, forget }) {
    super(act, []);
    this.#forget = forget;
  }

  goto(url) {
    return this.tell((session) => session.goto(url));
  }

  reload() {
    return this.tell((session) => session.refresh());
  }

  /** Resolves once the page at `address` has loaded. */
  async waitForURL(address) {
    const deadline = performance.now() + PATIENCE;
    const isThere = async (session) =>
      (await session.url()) === address &&
      (await session.execute('return document.readyState === "complete"'));
    while (!(await this.tell(isThere))) {
      if (performance.now() > deadline) throw new Error(`did not arrive at ${address}`);
      await sleep(20);
    }
  }

  goBack() {
    return this.tell((session) => session.back());
  }

  cookies() {
    return this.tell((session) => session.cookies());
  }

  async close() {
    this.#forget();
    await this.tell((session) => session.closeWindow());
  }
}
