// Clocks that a test can move, and timers that it can count. A classic script,
// so that it runs before any module has read the time.

const wallClock = Date.now.bind(Date);
const monotonicClock = performance.now.bind(performance);
const start = setTimeout.bind(globalThis);
const stop = clearTimeout.bind(globalThis);

/** Whether timers wait for `clock.run()`; the test says so in the page's address. */
const held = new URL(location.href).searchParams.has('held') && new Map();

/** What each clock is off by, in milliseconds, and how many timers were set. */
globalThis.clock = { wall: 0, monotonic: 0, timers: 0, run, next };

Date.now = () => wallClock() + clock.wall;
performance.now = () => monotonicClock() + clock.monotonic;

globalThis.setTimeout = (action, delay = 0, ...rest) => {
  clock.timers += 1;
  if (!held) return start(action, delay, ...rest);
  held.set(clock.timers, { at: performance.now() + delay, action: () => action(...rest) });
  return clock.timers;
};
globalThis.clearTimeout = (id) => (held ? held.delete(id) : stop(id));

/** Lets so much time pass, on both clocks, with every timer that is due meanwhile. */
async function run(milliseconds) {
  const end = performance.now() + milliseconds;
  for (;;) {
    const [id, timer] = [...held].sort(([, one], [, other]) => one.at - other.at)[0] ?? [];
    if (!timer || timer.at > end) break;
    held.delete(id);
    moveTo(timer.at);
    timer.action();
    // Until everything is settled that the timer set off, but for the network.
    await new Promise((resolve) => start(resolve));
  }
  moveTo(end);
}

/** In how many milliseconds the next timer that waits is due; `Infinity` if none does. */
function next() {
  return Math.min(...[...held.values()].map(({ at }) => at - performance.now()));
}

function moveTo(moment) {
  const by = Math.max(0, moment - performance.now());
  clock.wall += by;
  clock.monotonic += by;
}
