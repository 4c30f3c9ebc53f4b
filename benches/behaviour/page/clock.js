// Time that passes only when it is told to: both clocks, and every timer. And how many
// requests are under way, for which it must not pass. A classic script, so that it runs
// before any client has loaded.

{
  const RealDate = Date;
  const tasks = new MessageChannel();
  const waiting = [];
  const born = { wall: Date.now(), monotonic: performance.now() };
  const timers = new Map();
  /** How much time has passed, and by how much the wall clock has been moved, in milliseconds. */
  let passed = 0;
  let moved = 0;
  let ids = 0;
  let changes = 0;

  tasks.port1.onmessage = () => waiting.shift()();
  const now = () => born.wall + passed + moved;

  globalThis.Date = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args, self) => Reflect.construct(target, args.length ? args : [now()], self),
    get: (target, name, self) => (name === 'now' ? now : Reflect.get(target, name, self)),
  });
  RealDate.prototype.constructor = globalThis.Date;
  performance.now = () => born.monotonic + passed;

  const set = (action, delay, args, repeats) => {
    // A delay has 31 bits: what is longer is over at once, as in browsers.
    const wait = Math.max(1, Number(delay) | 0);
    ids += 1;
    changes += 1;
    timers.set(ids, { at: passed + wait, action: () => action(...args), every: repeats && wait });
    return ids;
  };
  const clear = (id) => {
    changes += timers.delete(id);
  };
  globalThis.setTimeout = (action, delay, ...args) => set(action, delay, args, false);
  globalThis.setInterval = (action, delay, ...args) => set(action, delay, args, true);
  globalThis.clearTimeout = clear;
  globalThis.clearInterval = clear;
  AbortSignal.timeout = (delay) => {
    const controller = new AbortController();
    set(() => controller.abort(new DOMException('signal timed out', 'TimeoutError')), delay, [], false);
    return controller.signal;
  };

  let requests = 0;
  const over = () => {
    requests -= 1;
    changes += 1;
  };
  const realFetch = fetch.bind(globalThis);
  globalThis.fetch = (...args) => {
    requests += 1;
    const answer = realFetch(...args);
    answer.then(over, over);
    return answer;
  };
  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (...args) {
    requests += 1;
    this.addEventListener('loadend', over);
    send.apply(this, args);
  };

  globalThis.clock = {
    /** A `fetch` that is not counted. */
    fetch: realFetch,
    /** How many requests are under way, but for those of workers. */
    get requests() {
      return requests;
    },
    /** How much time has passed since the page was loaded. */
    get passed() {
      return passed;
    },
    /** What a clock would show that nobody has moved: the backend's. */
    get truth() {
      return born.wall + passed;
    },
    /** How often a timer was set or cleared, or a request answered. */
    get changes() {
      return changes;
    },
    /** When the next timer is due, as `passed`. */
    get next() {
      return Math.min(...[...timers.values()].map(({ at }) => at));
    },
    /** Moves the wall clock, and nothing else. */
    moveWall(by) {
      moved += by;
    },
    /** Lets time pass without a timer. */
    sleep(milliseconds) {
      passed += milliseconds;
    },
    /** Runs the timers that are due, each in a task of its own. */
    async fire() {
      const isDue = ([, { at }]) => at <= passed;
      const due = [...timers].filter(isDue).sort(([, one], [, other]) => one.at - other.at);
      for (const [id, timer] of due) {
        if (!timers.has(id)) continue;
        if (timer.every) timer.at = passed + timer.every;
        else timers.delete(id);
        changes += 1;
        timer.action();
        await clock.turn();
      }
    },
    /** A task later; takes a moment of the real time. */
    turn: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        tasks.port2.postMessage(undefined);
      }),
  };
}
