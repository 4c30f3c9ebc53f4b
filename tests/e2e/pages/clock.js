// Clocks that a test can move. A classic script, so that it runs before any
// module has read the time.

const wallClock = Date.now.bind(Date);
const monotonicClock = performance.now.bind(performance);

/** What each clock is off by, in milliseconds. */
globalThis.clock = { wall: 0, monotonic: 0 };

Date.now = () => wallClock() + clock.wall;
performance.now = () => monotonicClock() + clock.monotonic;
