// What is asked of every client, each on a page of its own.

import { World } from './world.js';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** Life of a token, in seconds, where nothing else is said. */
const LIFE = 3600;

const scenarios = {
  /** Fifty callers, as soon as there is a client; no token yet. */
  async herd({ open, world }) {
    // At once: some clients ask for a token as soon as they are made.
    const calls = await world.until(
      open().then((one) => {
        const calls = new Calls(one);
        for (let caller = 0; caller < 50; caller += 1) calls.call();
        return calls;
      }),
    );
    await calls.settled(world);
    return { hits: await world.hits(), ...calls.count };
  },

  /** The token is valid and due for a refresh; the endpoint takes a second. */
  async slow({ open, world, inWindow }) {
    const one = await withToken(open, world);
    await world.set({ latency: SECOND });
    await world.sleep((LIFE - inWindow) * SECOND);
    const called = clock.passed;
    await world.until(one.token(0));
    return { waited: clock.passed - called };
  },

  /** The same, but the endpoint fails for two seconds, in which there are twenty calls. */
  async failing({ open, world, inWindow }) {
    const one = await withToken(open, world);
    await world.set({ status: 503 });
    await world.sleep((LIFE - inWindow) * SECOND);
    const before = await world.hits();
    const calls = await callEvery100(one, world, 20);
    const hits = (await world.hits()) - before;
    await world.set({ status: 200 });
    await calls.settled(world);
    return { ...calls.count, hits, longest: calls.longest };
  },

  /** No valid token, and the endpoint fails for five seconds, in which there are fifty calls. */
  outage: (stage) => outage(stage, {}),

  /** The same, with answers that say when to come again. */
  outageWithRetryAfter: (stage) => outage(stage, { retryAfter: 5 }),

  /** The same, where a gateway answers, with a page. */
  outageWithHtml: (stage) => outage(stage, { html: true }),

  /** Tokens of a minute; twenty calls, a second apart. */
  async short({ open, world }) {
    const one = await world.until(open({ life: 60 }));
    for (let call = 0; call < 20; call += 1) {
      const next = clock.passed + SECOND;
      await world.until(one.token(0));
      await world.run(Math.max(0, next - clock.passed));
    }
    return { hits: await world.hits() };
  },

  /** The clock is set back by two hours; the page lives on until its token is dead. */
  setBack: (stage) => afterSetBack(stage, (world) => world.run(1.02 * HOUR)),

  /** The same, but it sleeps meanwhile: no timer runs before somebody asks. */
  setBackAsleep: (stage) => afterSetBack(stage, (world) => world.sleep(1.02 * HOUR)),
};

/** Runs one of the scenarios with a client; gives its figures. */
export function play(name, client, { run, backend }) {
  const world = new World(run);
  const open = (options) =>
    client.open({ backend, grants: 1, length: 64, life: LIFE, ...options });
  return scenarios[name]({ open, world, inWindow: client.inWindow });
}

async function outage({ open, world }, answer) {
  await world.set({ status: 503, ...answer });
  const one = await world.until(open());
  const calls = await callEvery100(one, world, 50);
  const figures = { hits: await world.hits(), ...calls.count };
  await world.set({ status: 200 });
  await world.run(60 * SECOND);
  const later = new Calls(one);
  later.call();
  await later.settled(world);
  return { ...figures, recovers: later.count.ok === 1 };
}

async function afterSetBack({ open, world }, passTime) {
  const one = await withToken(open, world);
  clock.moveWall(-2 * HOUR);
  await passTime(world);
  const token = await world.until(one.token(0));
  return { dead: !(await world.isAlive(token)) };
}

/** A client that has a token, got just now. */
async function withToken(open, world) {
  const one = await world.until(open());
  await world.until(one.token(0));
  return one;
}

/** Calls every 100 ms, whatever became of the calls before. */
async function callEvery100(one, world, count) {
  const calls = new Calls(one);
  for (let call = 0; call < count; call += 1) {
    calls.call();
    // The last moment is left out: what is due then happens after the fault.
    await world.run(call + 1 < count ? 100 : 99);
  }
  return calls;
}

/** Callers that each ask once, and what became of them. */
class Calls {
  #client;
  #pending = new Set();
  #ok = 0;
  #failed = 0;
  /** How long the slowest one waited, in milliseconds. */
  longest = 0;

  constructor(client) {
    this.#client = client;
  }

  call() {
    const began = clock.passed;
    const done = (outcome) => {
      if (outcome === 'ok') this.#ok += 1;
      else this.#failed += 1;
      this.longest = Math.max(this.longest, clock.passed - began);
      this.#pending.delete(call);
    };
    const call = this.#client.token(0).then(
      (token) => done(typeof token === 'string' && token ? 'ok' : 'failed'),
      () => done('failed'),
    );
    this.#pending.add(call);
  }

  get count() {
    return { ok: this.#ok, failed: this.#failed, pending: this.#pending.size };
  }

  async settled(world) {
    await world.until(Promise.all(this.#pending));
  }
}
