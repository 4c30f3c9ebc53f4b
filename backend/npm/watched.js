// Work of which something else is told how it ended.

/** What may be said of an error: its other properties, and what it says, may hold a token. */
const WORD = /^[A-Za-z]\w{1,63}$/;

/** Gives what `work` gives, and calls `ended` before, once: with its status, if it has one, or the
 * kind of its error. Where `signal` is aborted first, nobody waits any longer: it has timed out. */
export async function watched(work, signal, ended) {
  let isOver = false;
  const end = async (outcome, given) => {
    if (isOver) return;
    isOver = true;
    await ended(outcome, given);
  };
  const late = () => end({ error: 'timeout' });
  signal?.addEventListener('abort', late, { once: true });
  try {
    const given = await work();
    const status = given?.status;
    await end(typeof status === 'number' ? { status } : {}, given);
    return given;
  } catch (error) {
    await end({ error: errorOf(error) });
    throw error;
  } finally {
    signal?.removeEventListener('abort', late);
  }
}

/** The code of an error, or its name. */
export function errorOf(error) {
  const words = [error?.cause?.code, error?.code, error?.name];
  return words.find((word) => typeof word === 'string' && WORD.test(word)) ?? '_OTHER';
}
