// What is waited for, and for how long.

/** What a timer can wait for. */
const LONGEST = 0x7fff_ffff;

/** Thrown where something takes too long. */
export class Late extends Error {}

/** What `promise` gives, unless that takes longer than so many milliseconds. */
export async function inTime(promise, patience) {
  let timer;
  const late = new Promise((_, reject) => {
    const error = new Late(`No answer within ${patience} ms.`);
    timer = setTimeout(reject, Math.min(patience, LONGEST), error);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** How much of a patience is left, by the call. */
export function left(patience) {
  const end = performance.now() + patience;
  return () => Math.max(0, end - performance.now());
}
