// The lease: a page that is not heard of loses its tokens, and one that is can
// be told to drop them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { passUntil, withHeldTimers } from './support/held.mjs';
import { goneWhen, ledgerWhen, reasonsOf } from './support/ledger.mjs';
import { addressOf, follow, setUp, until } from './support/page.mjs';

const stage = setUp();

test('a page with a lease is heard of for as long as it has tokens', async () => {
  const { page, server } = stage;
  await withLease(page);
  const { leases, tokens } = await ledgerWhen(server, ({ requests }) => requests.lease >= 3);
  assert.deepEqual(
    leases.map(({ session }) => session),
    [tokens[0].session],
  );
  await page.evaluate(() => grant.revoke());
  const { requests } = await server.ledger();
  const later = await ledgerWhen(server, ({ leases }) => leases.every(({ held }) => !held));
  assert.ok(later.requests.lease <= requests.lease + 1, 'with nothing at stake it falls silent');
});

test('a page that falls silent loses its tokens at the backend, and knows', async () => {
  const { page, server } = stage;
  await withLease(page);
  await ledgerWhen(server, ({ leases }) => leases.length === 1);
  await page.evaluate(() => {
    globalThis.revoked = fixture.next(grant, 'revoked');
    // Nothing gets out any more, and nothing says so.
    const { fetch } = globalThis;
    globalThis.reconnect = () => (globalThis.fetch = fetch);
    globalThis.fetch = () => new Promise(() => {});
  });
  const { reason, isHeld } = await page.evaluate(async () => {
    const { detail } = await revoked;
    return { reason: detail.reason, isHeld: grant.peek() !== undefined };
  });
  const ledger = await ledgerWhen(server, ({ live }) => live === 0).finally(() =>
    page.evaluate(() => void reconnect()),
  );
  assert.deepEqual([reason, isHeld], ['lapsed', false], 'it is gone here');
  assert.deepEqual(reasonsOf(ledger), ['lapsed'], 'and there, without a word from the page');
  assert.equal(ledger.requests.revoke, 0);
  // What was sent into the void is not waited for.
  await page.reload();
});

test('after a sleep longer than the term no token of before is handed out', async () => {
  const { page, server } = stage;
  await withLease(page);
  await ledgerWhen(server, ({ requests }) => requests.lease > 0);
  const { before, after, status } = await page.evaluate(async () => {
    const before = grant.peek() === first;
    clock.wall += 11_000;
    const after = grant.peek();
    await grant.token();
    const { status } = await grant.fetch(fixture.fileUrl('101'));
    return { before, after, status };
  });
  assert.equal(before, true);
  assert.equal(after, undefined);
  assert.equal(status, 200);
  const { tokens } = await server.ledger();
  assert.deepEqual(
    tokens.map(({ refused }) => refused),
    [0, 0],
  );
});

test('the backend takes every token back, and the next one is fresh', async () => {
  const { page, server } = stage;
  await withHeldTimers(stage);
  await withLease(page);
  await isHeld();
  await page.evaluate(() => void (globalThis.revoked = fixture.next(grant, 'revoked')));
  await server.recall('all');
  const { reason, held, status } = await page.evaluate(async () => {
    const { detail } = await revoked;
    const held = grant.peek();
    const { status } = await grant.fetch(fixture.fileUrl('101'));
    return { reason: detail.reason, held, status };
  });
  assert.deepEqual([reason, held, status], ['recalled', undefined, 200]);
  const { tokens } = await server.ledger();
  assert.deepEqual(
    tokens.map(({ state, refused }) => [state, refused]),
    [
      ['revoked', 0],
      ['live', 0],
    ],
  );
});

test('the backend takes one token back, and the page keeps the others', async () => {
  const { page, server } = stage;
  await withHeldTimers(stage);
  await withLease(page);
  await page.evaluate(async () => {
    globalThis.other = fixture.grantFor(client, { file: '102' });
    globalThis.kept = await other.token();
  });
  await isHeld();
  await page.evaluate(() => void (globalThis.revoked = fixture.next(grant, 'revoked')));
  await server.recall(['1']);
  const held = await page.evaluate(async () => {
    await revoked;
    return [grant.peek() === undefined, other.peek() === kept];
  });
  assert.deepEqual(held, [true, true]);
});

test('a page that is told to stop asks for nothing until the app says so', async () => {
  const { page, server } = stage;
  await withHeldTimers(stage);
  await withLease(page);
  await isHeld();
  await page.evaluate(() => void (globalThis.revoked = fixture.next(grant, 'revoked')));
  await server.recall('stop');
  const { outcomes, status } = await page.evaluate(async () => {
    await revoked;
    const other = fixture.grantFor(client, { file: '102' });
    return {
      outcomes: [await fixture.outcome(grant.token()), await fixture.outcome(other.token())],
      status: grant.state.status,
    };
  });
  assert.deepEqual(
    outcomes.map(({ error }) => [error.code, error.retryable]),
    [
      ['stopped', false],
      ['stopped', false],
    ],
  );
  assert.equal(status, 'stopped');
  assert.equal((await server.ledger()).requests.token, 1);
  await page.evaluate(() => {
    client.resume();
    return grant.token();
  });
  assert.equal((await server.ledger()).requests.token, 2);
});

test('an app without a lease endpoint is told, and keeps its tokens', async () => {
  const { page, server } = stage;
  await server.faults({ lease: { status: 404 } });
  await page.evaluate(async () => {
    globalThis.client = await fixture.open({ leaseEndpoint: '/api/lease' });
    globalThis.events = fixture.record(client);
    globalThis.grant = fixture.grantFor(client);
    await grant.token();
  });
  await until(page, () => events.some(({ type }) => type === 'error'));
  const error = await page.evaluate(() => events.find(({ type }) => type === 'error'));
  assert.deepEqual([error.error.code, 'resource' in error], ['request_refused', false]);
  assert.equal(await page.evaluate(() => grant.peek() !== undefined), true);
  const { requests } = await server.ledger();
  assert.equal(requests.lease, 1);
});

test('a lease endpoint that is down is asked again, ever more seldom', async () => {
  const { page, server } = stage;
  await withHeldTimers(stage);
  await server.faults({ lease: { status: 503 } });
  await withLease(page);
  await passUntil(page, async () => (await server.ledger()).requests.lease >= 2);
  assert.equal(await page.evaluate(() => grant.peek() === first), true);
  await server.faults({ lease: null });
  await passUntil(page, async () => (await server.ledger()).leases.length === 1);
});

test('a page with a lease goes into the back/forward cache and returns with a lease of its own', async () => {
  const { page, server } = stage;
  await withHeldTimers(stage);
  await withLease(page);
  await isHeld();
  await page.evaluate(() => {
    addEventListener('pageshow', ({ persisted }) => (globalThis.persisted = persisted));
  });
  await follow(page, addressOf(stage, 'clock.js'));
  await goneWhen(server, ({ live }) => live === 0);
  await page.goBack({ waitUntil: 'commit' });
  await until(page, () => globalThis.persisted);
  const status = await page.evaluate(async () => {
    const response = await grant.fetch(fixture.fileUrl('101'));
    return response.status;
  });
  assert.equal(status, 200);
  const { tokens } = await server.ledger();
  assert.notEqual(tokens[0].session, tokens[1].session);
  await ledgerWhen(server, ({ leases }) => leases.some(({ session }) => session === tokens[1].session));
});

/** Leaves a client that keeps a lease, its grant and its first token in a page. */
const withLease = (page) =>
  page.evaluate(async () => {
    globalThis.client = await fixture.open({ leaseEndpoint: '/api/lease' });
    globalThis.grant = fixture.grantFor(client);
    globalThis.first = await grant.token();
  });

/** Has the page ask again, and waits until the backend holds that request, by which it can push. */
async function isHeld() {
  const { page, server } = stage;
  // Once the first one is answered, the page waits for five seconds.
  await until(page, () => clock.next() <= 5_000);
  await page.evaluate(() => clock.run(clock.next()));
  await ledgerWhen(server, ({ leases }) => leases.some(({ held }) => held));
}
