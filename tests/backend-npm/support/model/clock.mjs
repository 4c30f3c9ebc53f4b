// The time of this process, which passes only where a test says so. What waits for input and output
// waits for that: no time passes meanwhile.

const turn = setImmediate;
/** Turns of the event loop in which nothing happens, before nothing is taken to happen any more. */
const QUIET = 3;

/** Takes over the clocks and timers that a backend has. `busy` counts what is under way outside. */
export function takeTime({ busy = () => 0 } = {}) {
  let now = 1_000_000;
  let last = 0;
  let happened = 0;
  const timers = new Map();
  globalThis.setTimeout = (callback, delay = 0, ...rest) => {
    happened += 1;
    const timer = { at: now + Math.max(1, delay), callback: () => callback(...rest), number: (last += 1) };
    timers.set(timer.number, timer);
    return { number: timer.number, ref() {}, unref() {}, hasRef: () => false };
  };
  globalThis.clearTimeout = (timer) => void timers.delete(timer?.number);
  performance.now = () => now;
  Date.now = () => 1_700_000_000_000 + now;

  /** Waits until everything waits: for time, or for what a test decides. */
  async function settled() {
    for (let quiet = 0, before = happened; quiet < QUIET; quiet += 1) {
      await new Promise((resolve) => turn(resolve));
      if (happened === before && busy() === 0) continue;
      quiet = -1;
      before = happened;
    }
  }

  return {
    now: () => now,
    settled,
    /** To be called where anything happens. */
    note: () => (happened += 1),
    /** Has so many milliseconds pass. */
    async pass(millis) {
      const end = now + millis;
      for (;;) {
        const due = [...timers.values()].filter(({ at }) => at <= end);
        if (due.length === 0) break;
        const at = Math.min(...due.map((timer) => timer.at));
        now = Math.max(now, at);
        for (const timer of due.filter((one) => one.at === at)) {
          // One may have cleared another.
          if (timers.delete(timer.number)) timer.callback();
        }
        await settled();
      }
      now = end;
    },
    /** Forgets what waits for time. */
    clear: () => timers.clear(),
  };
}
