// What the server has seen, once it has seen enough.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { PATIENCE } from './patience.mjs';

/** The acceptance limit for "revoked after the page has gone". */
const PROMISED = 5_000;

/** The ledger, as soon as `condition` holds of it; fails if that takes longer than `within`. */
export async function ledgerWhen(server, condition, within = PATIENCE) {
  const deadline = performance.now() + within;
  for (;;) {
    const ledger = await server.ledger();
    if (condition(ledger)) return ledger;
    if (performance.now() > deadline) {
      assert.fail(`not within ${within} ms: ${condition}\n${describe(ledger)}`);
    }
    await sleep(20);
  }
}

/** The same, of what becomes of the tokens of a page that has gone: in the time that is promised. */
export const goneWhen = (server, condition) => ledgerWhen(server, condition, PROMISED);

/** Waits until `count` tokens were minted and all of them are revoked for `reason`. */
export async function allRevoked(server, count, reason) {
  const ledger = await goneWhen(server, ({ tokens, live }) => tokens.length === count && live === 0);
  assert.deepEqual(reasonsOf(ledger), Array(count).fill(reason), describe(ledger));
  return ledger;
}

/**
 * How often something was revoked, each time for another reason. A page that goes says
 * it twice, by a beacon and beside it, should that be lost: that is once.
 */
export function revokesOf({ log }) {
  const revokes = log.filter(({ kind }) => kind === 'revoke');
  const reasons = revokes.map(({ detail }) => detail.replace(/^.*: /, ''));
  const distinct = new Set(reasons);
  for (const one of distinct) {
    const times = reasons.filter((reason) => reason === one).length;
    assert.ok(times <= 2, `${times} requests that say ${one}`);
  }
  return distinct.size;
}

/** The same, and that it was for that reason alone; an answered request is written down last. */
export async function allRevokedAtOnce(server, count, reason) {
  await allRevoked(server, count, reason);
  return ledgerWhen(server, (ledger) => revokesOf(ledger) === 1);
}

/** Why each token was revoked, in the order in which they were minted. */
export const reasonsOf = ({ tokens }) => tokens.map((token) => token.revokeReason);

function describe({ live, requests, tokens, log }) {
  const lines = log.map(({ kind, status, detail }) => `  ${kind} ${status} ${detail}`);
  const states = tokens.map(({ n, state, revokeReason }) => `  ${n} ${state} ${revokeReason ?? ''}`);
  return [`live: ${live}`, JSON.stringify(requests), ...states, ...lines].join('\n');
}
