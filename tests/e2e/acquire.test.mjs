// Getting a token: one request for all who ask, and nobody's impatience is
// anybody else's.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ledgerWhen } from './support/ledger.mjs';
import { setUp } from './support/page.mjs';

const stage = setUp();

test('a token is fetched when it is first asked for, and not before', async () => {
  const { page, server } = stage;
  const before = await page.evaluate(async () => {
    globalThis.grant = await fixture.openGrant();
    return { held: grant.peek(), state: grant.state };
  });
  assert.deepEqual(before, { held: undefined, state: { status: 'empty' } });
  assert.equal((await server.ledger()).requests.token, 0);

  const { token, held, state } = await page.evaluate(async () => {
    const token = await grant.token();
    return { token, held: grant.peek(), state: grant.state };
  });
  assert.match(token, /^[0-9a-f]{40}$/);
  assert.equal(held, token);
  assert.equal(state.status, 'valid');
  assert.deepEqual(state.scopes, ['base_preview', 'item_download']);
  assert.ok(state.issuedAt < state.refreshAt && state.refreshAt < state.expiresAt);

  const { tokens, requests } = await server.ledger();
  assert.equal(requests.token, 1);
  assert.equal(tokens[0].resource, `${server.api}/2.0/files/101`);
  assert.equal(tokens[0].scope, 'base_preview item_download');
});

test('the token opens the file it was asked for', async () => {
  const answer = await stage.page.evaluate(async () => {
    const grant = await fixture.openGrant();
    const response = await grant.fetch(fixture.fileUrl('101'));
    return { status: response.status, id: (await response.json()).id };
  });
  assert.deepEqual(answer, { status: 200, id: '101' });
});

test('fifty callers at once make one request and get one token', async () => {
  const { page, server } = stage;
  const distinct = await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    const tokens = await Promise.all(Array.from({ length: 50 }, () => grant.token()));
    return new Set(tokens).size;
  });
  assert.equal(distinct, 1);
  assert.equal((await server.ledger()).requests.token, 1);
});

test('the same resource and scopes are the same grant, others are not', async () => {
  const { page, server } = stage;
  const same = await page.evaluate(async () => {
    const client = await fixture.open();
    const one = fixture.grantFor(client);
    const reordered = fixture.grantFor(client, { scopes: ['item_download', 'base_preview'] });
    const other = fixture.grantFor(client, { file: '102' });
    await Promise.all([one.token(), reordered.token(), other.token()]);
    return { reordered: one === reordered, other: one === other };
  });
  assert.deepEqual(same, { reordered: true, other: false });
  assert.equal((await server.ledger()).requests.token, 2);
});

test('a handle that the app keeps is its grant among any number of others', async () => {
  const same = await stage.page.evaluate(async () => {
    const client = await fixture.open({ maxGrants: 10 });
    const open = (file) => fixture.grantFor(client, { file: String(file) });
    const kept = Array.from({ length: 150 }, (_, file) => open(file));
    for (let file = 150; file < 1000; file += 1) open(file);
    return kept.every((handle, file) => handle === open(file));
  });
  assert.equal(same, true);
});

// It is refreshed 13 to 40 s after it came, at random.
test('thirteen calls, a second apart, for a token that lives sixty seconds make one request', async () => {
  const { page, server } = stage;
  await server.faults({ lifetimeSeconds: 60 });
  const distinct = await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    const tokens = new Set();
    for (let call = 0; call < 13; call += 1) {
      tokens.add(await grant.token());
      fixture.advance(1000);
    }
    return tokens.size;
  });
  assert.equal(distinct, 1);
  assert.equal((await server.ledger()).requests.token, 1);
});

test('a lifetime that the server sends as a string is understood', async () => {
  const { page, server } = stage;
  await server.faults({ expiresInAsString: true });
  const life = await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    await grant.token();
    return grant.state.expiresAt - grant.state.issuedAt;
  });
  assert.ok(Math.abs(life - 3_600_000) < 1_000, String(life));
});

test('a caller that aborts or runs out of time does not cancel the others', async () => {
  const { page, server } = stage;
  const { aborted, late, patient, cause } = await page.evaluate(async () => {
    const { fetch } = globalThis;
    let release;
    const released = new Promise((resolve) => (release = resolve));
    globalThis.fetch = (...given) => released.then(() => fetch(...given));
    const grant = await fixture.openGrant();
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const aborting = grant.token({ signal: controller.signal });
    const late = fixture.outcome(grant.token({ timeout: 50 }));
    const patient = fixture.outcome(grant.token());
    controller.abort(reason);
    const cause = await aborting.catch((error) => error.cause === reason);
    await late;
    release();
    return {
      aborted: await fixture.outcome(aborting),
      late: await late,
      patient: await patient,
      cause,
    };
  });
  assert.equal(aborted.error.code, 'aborted');
  assert.equal(cause, true, 'the cause is the reason of the signal');
  assert.equal(late.error.code, 'timeout');
  assert.equal(late.error.retryable, true);
  assert.match(patient.value, /^[0-9a-f]{40}$/);
  assert.equal((await server.ledger()).requests.token, 1);
});

test('a signal that was aborted before the call rejects without a request', async () => {
  const { page, server } = stage;
  const { error } = await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    return fixture.outcome(grant.token({ signal: AbortSignal.abort() }));
  });
  assert.equal(error.code, 'aborted');
  assert.equal((await server.ledger()).requests.token, 0);
});

test('forceRefresh gets a new token, once for all who force', async () => {
  const { page, server } = stage;
  const { before, after } = await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    const before = await grant.token();
    const forced = Array.from({ length: 5 }, () => grant.token({ forceRefresh: true }));
    return { before, after: await Promise.all(forced) };
  });
  assert.equal(new Set(after).size, 1);
  assert.notEqual(after[0], before);
  assert.equal((await server.ledger()).requests.token, 2);
});

test('minTtl gets a new token only if the held one has less life left', async () => {
  const { page, server } = stage;
  const distinct = await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    const tokens = [await grant.token({ minTtl: 1_800_000 })];
    fixture.advance(1_200_000);
    tokens.push(await grant.token({ minTtl: 1_800_000 }));
    fixture.advance(1_200_000);
    tokens.push(await grant.token(), await grant.token({ minTtl: 1_800_000 }));
    return tokens.map((token) => tokens.indexOf(token));
  });
  assert.deepEqual(distinct, [0, 0, 0, 3]);
  assert.equal((await server.ledger()).requests.token, 2);
});

test('maxAge ends the use of a token before the server does, and revokes it then', async () => {
  const { page, server } = stage;
  const renewed = await page.evaluate(async () => {
    const grant = await fixture.openGrant({ maxAge: 600_000 });
    const first = await grant.token();
    const life = grant.state.expiresAt - grant.state.issuedAt;
    fixture.advance(601_000);
    return { life, other: (await grant.token()) !== first };
  });
  assert.ok(Math.abs(renewed.life - 600_000) < 1_000, String(renewed.life));
  assert.equal(renewed.other, true);
  // The page looks at the clock when it gets the focus.
  await page.evaluate(() => events.tell('focus'));
  const { tokens } = await ledgerWhen(server, (ledger) => ledger.live === 1);
  assert.equal(tokens[0].revokeReason, 'expired');
});
