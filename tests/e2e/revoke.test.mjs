// Revoking while the page lives: what is sent, how often, and what the caller
// is told.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allRevoked, ledgerWhen } from './support/ledger.mjs';
import { setUp } from './support/page.mjs';
import { startResource } from './support/resource.mjs';

const stage = setUp();

test('revoke() drops the tokens of the grant at once, and says what the backend confirmed', async () => {
  const { page, server } = stage;
  const { held, result, again, status } = await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    await grant.token();
    await grant.token({ forceRefresh: true });
    const revoking = grant.revoke();
    const held = grant.peek();
    return {
      held,
      result: await revoking,
      again: await grant.revoke(),
      status: grant.state.status,
    };
  });
  assert.equal(held, undefined);
  assert.deepEqual(result, { tokens: 2, confirmed: true });
  assert.deepEqual(again, { tokens: 0, confirmed: true }, 'there was nothing left');
  assert.equal(status, 'empty');
  const { requests } = await allRevoked(server, 2, 'explicit');
  assert.equal(requests.revoke, 1, 'one request for both');
});

test('a grant that was revoked can be used again', async () => {
  const fresh = await stage.page.evaluate(async () => {
    const grant = await fixture.openGrant();
    const first = await grant.token();
    await grant.revoke();
    return (await grant.token()) !== first;
  });
  assert.equal(fresh, true);
});

test('a caller that waits when its grant is revoked is told, and the token on its way dies', async () => {
  const { page, server } = stage;
  await server.faults({ token: { latencyMs: 20_000 } });
  await page.evaluate(async () => {
    globalThis.grant = await fixture.openGrant();
    globalThis.waiting = fixture.outcome(grant.token());
  });
  await ledgerWhen(server, ({ live }) => live === 1);
  const { outcome, result } = await page.evaluate(async () => {
    const result = await grant.revoke();
    return { outcome: await waiting, result };
  });
  assert.equal(outcome.error.code, 'revoked');
  assert.equal(result.confirmed, true);
  await allRevoked(server, 1, 'explicit');
});

test('revokeAll() revokes every grant as a logout, in one request', async () => {
  const { page, server } = stage;
  const result = await page.evaluate(async () => {
    const client = await fixture.open();
    await fixture.grantFor(client, { file: '101' }).token();
    await fixture.grantFor(client, { file: '102' }).token();
    return client.revokeAll();
  });
  assert.deepEqual(result, { tokens: 2, confirmed: true });
  const { requests } = await allRevoked(server, 2, 'logout');
  assert.equal(requests.revoke, 1);
});

test('close() revokes everything, can be called again, and ends the client', async () => {
  const { page, server } = stage;
  const seen = await page.evaluate(async () => {
    const client = await fixture.open();
    const grant = fixture.grantFor(client);
    await grant.token();
    const before = client.closed;
    const results = await Promise.all([client.close(), client.close()]);
    return {
      before,
      after: client.closed,
      results: [...results, await client.close()],
      status: grant.state.status,
      held: grant.peek(),
      token: await fixture.outcome(grant.token()),
      fetch: await fixture.outcome(grant.fetch(fixture.fileUrl('101'))),
    };
  });
  assert.deepEqual([seen.before, seen.after], [false, true]);
  assert.deepEqual(seen.results, Array(3).fill({ tokens: 1, confirmed: true }));
  assert.equal(seen.status, 'closed');
  assert.equal(seen.held, undefined);
  assert.equal(seen.token.error.code, 'closed');
  assert.equal(seen.fetch.error.code, 'closed');
  const { requests } = await allRevoked(server, 1, 'explicit');
  assert.deepEqual([requests.token, requests.revoke], [1, 1]);
});

test('close() rejects who waits, and the token on its way dies', async () => {
  const { page, server } = stage;
  await server.faults({ token: { latencyMs: 20_000 } });
  await page.evaluate(async () => {
    globalThis.client = await fixture.open();
    globalThis.waiting = fixture.outcome(fixture.grantFor(client).token());
  });
  await ledgerWhen(server, ({ live }) => live === 1);
  const { error } = await page.evaluate(async () => {
    await client.close();
    return waiting;
  });
  assert.equal(error.code, 'closed');
  await allRevoked(server, 1, 'explicit');
});

test('a client that is disposed of is closed', async () => {
  const { page, server } = stage;
  const closed = await page.evaluate(async () => {
    const client = await fixture.open();
    await fixture.grantFor(client).token();
    // What compilers put in place of the symbol where there is none, as in WebKit.
    await client[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]();
    return client.closed;
  });
  assert.equal(closed, true);
  await allRevoked(server, 1, 'explicit');
});

test('without a revoke endpoint tokens are dropped, and nothing is confirmed', async () => {
  const { page, server } = stage;
  const results = await page.evaluate(async () => {
    const client = await fixture.open({ revokeEndpoint: undefined });
    const grant = fixture.grantFor(client);
    await grant.token();
    const results = [await grant.revoke()];
    await grant.token();
    results.push(await client.revokeAll());
    await grant.token();
    results.push(await client.close(), grant.peek());
    return results;
  });
  const dropped = { tokens: 1, confirmed: false };
  assert.deepEqual(results, [dropped, dropped, dropped, undefined]);
  const { requests, live } = await server.ledger();
  assert.deepEqual([requests.revoke, live], [0, 3]);
});

test('a revoke that is answered 503 is sent again after Retry-After, until it is confirmed', async () => {
  const { page, server } = stage;
  await server.faults({ revoke: { status: 503, retryAfter: 1, times: 1 } });
  const result = await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    await grant.token();
    return grant.revoke();
  });
  assert.deepEqual(result, { tokens: 1, confirmed: true });
  const { log } = await allRevoked(server, 1, 'explicit');
  const revokes = log.filter(({ kind }) => kind === 'revoke');
  assert.deepEqual(
    revokes.map(({ status }) => status),
    [503, 204],
  );
  assert.ok(revokes[1].at - revokes[0].at >= 1_000);
});

test('a revoke that is refused for good is not confirmed and not repeated', async () => {
  const { page, server } = stage;
  await server.faults({ revoke: { status: 400 } });
  const { result, held } = await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    await grant.token();
    return { result: await grant.revoke(), held: grant.peek() };
  });
  assert.deepEqual(result, { tokens: 1, confirmed: false });
  assert.equal(held, undefined);
  assert.equal((await server.ledger()).requests.revoke, 1);
});

test('a revoke is a simple form that proves itself by what it names', async (t) => {
  const elsewhere = await startResource([204]);
  t.after(elsewhere.close);
  const { token, result } = await stage.page.evaluate(async (revokeEndpoint) => {
    const grant = await fixture.openGrant({ revokeEndpoint });
    const token = await grant.token();
    return { token, result: await grant.revoke() };
  }, elsewhere.origin);
  assert.deepEqual(result, { tokens: 1, confirmed: true });
  const { method, headers, body } = elsewhere.received[0];
  assert.equal(method, 'POST');
  assert.match(headers['content-type'], /^application\/x-www-form-urlencoded/);
  const { session, ...form } = Object.fromEntries(new URLSearchParams(body));
  assert.match(session, /^[0-9a-f]{32}$/);
  assert.deepEqual(form, { token, reason: 'explicit' });
});

for (const leaving of [false, true]) {
  const name = leaving ? 'closing the tab' : 'revoke()';
  test(`where the backend gives handles, ${name} sends them and no token`, async (t) => {
    const { page, server } = stage;
    const elsewhere = await startResource([204]);
    t.after(elsewhere.close);
    await server.faults({ handles: true });
    const token = await page.evaluate(async (revokeEndpoint) => {
      globalThis.grant = await fixture.openGrant({ revokeEndpoint });
      return grant.token();
    }, elsewhere.origin);
    await (leaving ? page.close() : page.evaluate(() => grant.revoke()));

    const { body } = await elsewhere.first();
    const form = new URLSearchParams(body);
    assert.equal(form.has('token'), false);
    assert.ok(!body.includes(token));
    // The handle does what the token would have done.
    await fetch(`${server.app}/api/revoke`, { method: 'POST', body: form });
    await allRevoked(server, 1, leaving ? 'unload' : 'explicit');
  });
}

test('a grant that has to give way to others is revoked as evicted, and comes back when used', async () => {
  const { page, server } = stage;
  const { first, again } = await page.evaluate(async () => {
    const client = await fixture.open({ maxGrants: 2 });
    const grants = ['101', '102', '103'].map((file) => () => fixture.grantFor(client, { file }));
    const oldest = grants[0]();
    const first = await oldest.token();
    await grants[1]().token();
    await grants[2]().token();
    return { first, again: await oldest.token() };
  });
  assert.notEqual(first, again);
  const { tokens } = await ledgerWhen(server, ({ live }) => live === 2);
  assert.deepEqual(
    tokens.map(({ revokeReason }) => revokeReason),
    ['evicted', 'evicted', null, null],
  );
});
