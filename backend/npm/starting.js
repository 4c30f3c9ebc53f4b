// A backend that could not start is started again by whoever asks next.

import { logFailure } from './log.js';
import { inTime } from './time.js';

/** How long whoever asks waits for a start. */
const PATIENCE = 10_000;

/** `start` gives the core, which `begun` hears of if it is in time. What it throws with `isLasting`, it throws each time. */
export function starterOf(start, begun) {
  let starting;
  let giveUp;
  let isOver = false;
  const over = new Promise((_, reject) => {
    giveUp = () => reject(new Error('The backend is closed.'));
  });
  over.catch(() => {});

  function begin() {
    const started = start();
    const one = inTime(Promise.race([started, over]), PATIENCE).then((core) => {
      begun(core);
      return core;
    });
    starting = one;
    one.catch((error) => {
      if (error?.isLasting) return;
      if (!isOver) logFailure('the start', error);
      // Its store may be back by the next request.
      if (starting === one) starting = undefined;
      // One that comes too late is nobody's.
      started.then((core) => core.free()).catch(() => {});
    });
    return one;
  }

  return {
    /** The core; begins a start if none is under way. */
    started: () => starting ?? (isOver ? over : begin()),
    /** The core, if it has started or does so in time. No start begins after this. */
    async last(patience) {
      isOver = true;
      const core = await inTime(starting, patience).catch(() => undefined);
      if (!core) giveUp();
      return core;
    },
    /** A request is over; the core serves the next. */
    ended() {},
  };
}
