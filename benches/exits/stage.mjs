// One cell: a server of its own, its page lives, and what became of their tokens.

import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { ledgerWhen } from '../../tests/e2e/support/ledger.mjs';
import { startServer } from '../../tests/e2e/support/server.mjs';
import { count, readingAt } from './count.mjs';
import { hasLease, hostOf } from './matrix.mjs';

const pages = fileURLToPath(new URL('pages/', import.meta.url));

let stages = 0;

/** A stage for page lives that are kept by `means`; `signals` is where the pages post to. */
export async function openStage(means, signals) {
  const host = hostOf(means);
  const server = await startServer({ '/x/': pages }, host === 'vault' ? { vault: 'benches/exits/vault' } : {});
  // A worker's page names handles at its end.
  if (host === 'worker') await server.faults({ handles: true });
  stages += 1;
  return new Stage({ server, means, signals, name: stages });
}

class Stage {
  #server;
  #means;
  #signals;
  #name;
  #lastToken = 0;
  #lives = [];
  #sights = new Map();
  #afterwards = [];

  constructor({ server, means, signals, name }) {
    this.#server = server;
    this.#means = means;
    this.#signals = signals;
    this.#name = name;
  }

  get app() {
    return this.#server.app;
  }

  get means() {
    return this.#means;
  }

  /** Whether its pages are for a browser with the content blocker. */
  get isBlocked() {
    return this.#means === 'blocked';
  }

  /** Runs that have come to their end. */
  get done() {
    return this.#lives.length;
  }

  /** Address of a page that says how it is getting on as `run`. */
  address(run, { page = 'page.html', origin = this.app } = {}) {
    const url = new URL(`/x/${page}`, origin);
    url.searchParams.set('means', this.#means);
    url.searchParams.set('resource', `${this.#server.api}/2.0/files/101`);
    if (this.#server.vault) url.searchParams.set('vault', new URL(this.#server.vault).port);
    url.searchParams.set('signals', this.#signals.origin);
    url.searchParams.set('run', `${this.#name}.${run}`);
    return url.href;
  }

  /** What the pages of `run` say next. */
  news = (run) => this.#signals.next(`${this.#name}.${run}`);

  /**
   * A page life from its beginning up to the token that it holds: `go` leads
   * to the address that it is given. Its backend knows of its lease, if it has one.
   */
  async visit(run, go, { origin } = {}) {
    await go(this.address(run, { origin }));
    const { openedAt, visibility, restored = false } = await this.news(run);
    if (visibility !== 'visible') throw new Error('the page cannot be seen');
    const { tokens } = await this.#server.ledger();
    const [first] = tokens.filter(({ n }) => n > this.#lastToken);
    if (!first) throw new Error('the page has a token that the server has not minted');
    this.#lastToken = tokens.at(-1).n;
    const { session } = first;
    if (hasLease(this.#means)) await ledgerWhen(this.#server, isLeased(session), 10_000);
    return { session, openedAt, restored };
  }

  /** A page life has come to its end. */
  left({ session }, leftAt = Date.now()) {
    this.#lives.push({ session, leftAt });
  }

  /** Something worth telling, and how often it was seen. */
  saw(sight) {
    this.#sights.set(sight, (this.#sights.get(sight) ?? 0) + 1);
  }

  get sights() {
    return [...this.#sights].map(([sight, times]) => `${times} ${sight}`);
  }

  /** Done after the last reading. */
  afterwards(action) {
    this.#afterwards.push(action);
  }

  /** What became of the tokens, when that is certain; ends the stage. */
  async result() {
    try {
      if (!this.#lives.length) return undefined;
      await sleep(Math.max(0, readingAt(this.#lives) - Date.now()));
      const { tokens } = await this.#server.ledger();
      return count(this.#lives, tokens);
    } finally {
      for (const action of this.#afterwards) await action();
      await this.#server.close();
    }
  }
}

/** Whether the page was told for how long it may be silent. */
const isLeased = (session) => (ledger) =>
  ledger.log.some((entry) => {
    return entry.kind === 'lease' && entry.session === session && entry.status === 200;
  });
