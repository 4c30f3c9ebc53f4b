// What the server has seen, once it has seen enough.

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** The acceptance limit for "revoked after the page has gone". */
const PATIENCE = 5_000;

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

/** Waits until `count` tokens were minted and all of them are revoked for `reason`. */
export async function allRevoked(server, count, reason) {
  const ledger = await ledgerWhen(
    server,
    ({ tokens, live }) => tokens.length === count && live === 0,
  );
  assert.deepEqual(reasonsOf(ledger), Array(count).fill(reason), describe(ledger));
  return ledger;
}

/** Why each token was revoked, in the order in which they were minted. */
export const reasonsOf = ({ tokens }) => tokens.map((token) => token.revokeReason);

function describe({ live, requests, tokens, log }) {
  const lines = log.map(({ kind, status, detail }) => `  ${kind} ${status} ${detail}`);
  const states = tokens.map(({ n, state, revokeReason }) => `  ${n} ${state} ${revokeReason ?? ''}`);
  return [`live: ${live}`, JSON.stringify(requests), ...states, ...lines].join('\n');
}
