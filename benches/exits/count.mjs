// From what the ledger says to the figures of a cell.

import { FIRST_SECONDS, GRACE_SECONDS } from './matrix.mjs';

/**
 * Counts the tokens of the page lives that were left. `lives` have a `session`
 * and the moment `leftAt`; `tokens` are the ledger's, read after the last moment
 * that counts.
 */
export function count(lives, tokens) {
  const leftAt = new Map(lives.map(({ session, leftAt }) => [session, leftAt]));
  const theirs = tokens.filter(({ session }) => leftAt.has(session));
  const aliveAfter = (seconds) =>
    theirs.filter(({ session, revokedAt }) => {
      const moment = leftAt.get(session) + seconds * 1000;
      return revokedAt === null || revokedAt > moment;
    }).length;
  return {
    runs: lives.length,
    minted: theirs.length,
    alive_after_5s: aliveAfter(FIRST_SECONDS),
    alive_after_grace: aliveAfter(GRACE_SECONDS),
  };
}

/** When the ledger is to be read: no token's fate is open any more. */
export const readingAt = (lives) =>
  Math.max(...lives.map(({ leftAt }) => leftAt)) + GRACE_SECONDS * 1000 + 200;

/** The figures of several stages as one. */
export const sum = (parts) =>
  parts.reduce((all, part) =>
    Object.fromEntries(Object.entries(all).map(([name, figure]) => [name, figure + part[name]])),
  );
