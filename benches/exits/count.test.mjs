// What counts as alive, and when.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { count, readingAt, sum } from './count.mjs';
import { GRACE_SECONDS } from './matrix.mjs';

const LEFT_AT = 1_000_000;
const life = { session: 'one', leftAt: LEFT_AT };
const token = (seconds, session = 'one') => ({
  session,
  revokedAt: seconds === null ? null : LEFT_AT + seconds * 1000,
});

test('a token that is revoked within five seconds is dead in both readings', () => {
  assert.deepEqual(count([life], [token(-1), token(0), token(5)]), {
    runs: 1,
    minted: 3,
    alive_after_5s: 0,
    alive_after_grace: 0,
  });
});

test('a token that is revoked later is alive in the first reading only', () => {
  const { alive_after_5s: first, alive_after_grace: last } = count([life], [token(5.001)]);
  assert.deepEqual([first, last], [1, 0]);
});

test('a token that is never revoked, or after the grace, is alive in both readings', () => {
  const tokens = [token(null), token(GRACE_SECONDS + 0.001)];
  const { alive_after_5s: first, alive_after_grace: last } = count([life], tokens);
  assert.deepEqual([first, last], [2, 2]);
});

test('each page life is measured from its own end', () => {
  const later = { session: 'two', leftAt: LEFT_AT + 60_000 };
  const tokens = [token(1), token(61, 'two')];
  assert.equal(count([life, later], tokens).alive_after_5s, 0);
  assert.equal(count([later, { ...life }], [token(61)]).alive_after_5s, 1);
});

test('the tokens of page lives that were not left do not count', () => {
  assert.equal(count([life], [token(1), token(null, 'next')]).minted, 1);
});

test('the ledger is read when the grace of the last life is over', () => {
  const later = { session: 'two', leftAt: LEFT_AT + 60_000 };
  assert.ok(readingAt([later, life]) > LEFT_AT + 60_000 + GRACE_SECONDS * 1000);
});

test('stages add up', () => {
  const part = count([life], [token(null)]);
  assert.deepEqual(sum([part, part, part]), {
    runs: 3,
    minted: 3,
    alive_after_5s: 3,
    alive_after_grace: 3,
  });
});
