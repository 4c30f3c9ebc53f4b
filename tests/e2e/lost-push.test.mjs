// A push that is lost on its way: the backend has said it, the page has not heard.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { passUntil, withHeldTimers } from './support/held.mjs';
import { setUp } from './support/page.mjs';
import { startRelay } from './support/relay.mjs';

// A page that was cut off asks again after some seconds: its lease must not run out meanwhile.
const stage = setUp({}, async ({ server }) => ({ relay: await startRelay(server.app) }), { term: 60_000 });

/** Where its connection breaks: a browser may ask again by itself where nothing had come. */
const BREAKS = {
  'before it has begun': { isBegun: false },
  'half-way': { isBegun: true },
};

for (const [where, loss] of Object.entries(BREAKS)) {
  test(`a push whose answer is lost ${where} is heard with the next one, and then never again`, async () => {
    const { page, server, relay } = stage;
    relay.requests.length = 0;
    await withHeldTimers(stage, relay.origin);
    await page.evaluate(async () => {
      globalThis.client = await fixture.open({ leaseEndpoint: '/api/lease' });
      globalThis.events = fixture.record(client);
      globalThis.grant = fixture.grantFor(client);
      globalThis.other = fixture.grantFor(client, { file: '102' });
      await grant.token();
      globalThis.kept = await other.token();
    });
    await passUntil(page, async () => (await server.ledger()).leases.some(({ held }) => held));
    let lost;
    relay.loseOnce(pushes, loss).then((request) => (lost = request));
    await server.recall(['1']);
    await passUntil(page, () => lost);
    assert.equal(wordIn(lost.body), undefined);

    await passUntil(page, () => page.evaluate(() => events.some(({ type }) => type === 'revoked')));
    const held = await page.evaluate(() => ({ recalled: grant.peek(), kept: other.peek() === kept }));
    assert.deepEqual(held, { recalled: undefined, kept: true });
    const repeated = relay.requests.filter(pushes).at(-1);
    assert.notEqual(repeated, lost);
    const { revoke, word } = JSON.parse(repeated.answer);
    assert.deepEqual(revoke, ['1']);
    assert.equal(word, JSON.parse(lost.answer).word, 'it is the same push');

    // The request that says so, and one more: the page has heard, and hears nothing of it again.
    await page.evaluate(() => grant.token());
    const [says, next] = await passUntil(page, () => answered(2, repeated));
    assert.equal(wordIn(says.body), word);
    assert.deepEqual([says, next].filter(pushes), []);
    const { tokens } = await server.ledger();
    assert.deepEqual(
      tokens.map(({ state }) => state),
      ['revoked', 'live', 'live'],
    );
    const revoked = await page.evaluate(() => events.filter(({ type }) => type === 'revoked'));
    assert.deepEqual(
      revoked.map(({ reason }) => reason),
      ['recalled'],
    );
  });
}

const isForLease = ({ url }) => new URL(url).pathname === '/api/lease';

/** Whether a request was answered with a push. */
const pushes = (request) => isForLease(request) && /"revoke"/.test(request.answer ?? '');

/** The word that a lease request says it has heard. */
const wordIn = (body) => JSON.parse(body).heard;

/** So many lease requests after another one, if they are answered. */
function answered(count, before) {
  const { requests } = stage.relay;
  const later = requests.slice(requests.indexOf(before) + 1).filter(isForLease).slice(0, count);
  return later.filter(({ answer }) => answer).length === count && later;
}
