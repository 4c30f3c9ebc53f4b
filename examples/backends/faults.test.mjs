// What has gone wrong in backends before: what a token outlived, and what a page was told of it.
// Run it as contract.test.mjs says.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { OWN_ORIGIN, pageOf, startBackend } from './testing/backend.mjs';
import { startBox } from './testing/box.mjs';

let backend, box, page;
let pages = 0;

before(async () => {
  box = await startBox();
  backend = await startBackend(box);
});

after(async () => {
  await backend.stop();
  box.stop();
});

beforeEach(() => {
  page = pageOf(backend, `session-of-this-test-${(pages += 1)}`);
  box.reset();
});

const granted = async (fields) => (await page.token(fields)).body.access_token;

/** What was withdrawn is given no token, for good (400) or for now (503). */
const assertWithdrawn = ({ status }) => assert.ok([400, 503].includes(status), `${status}`);

test('a revoke that Box refuses once is taken over, and repeated', async () => {
  const token = await granted();
  box.fail = { status: 503, once: true };

  assert.equal((await page.revoke({ token })).status, 202);

  await box.dead([token]);
  // Box has said so before the backend has heard it.
  while ((await page.revoke({ token })).status === 202);
  assert.equal((await page.revoke({ token })).status, 204);
  assert.deepEqual(box.revoked, [token]);
});

test('a token that was withdrawn while it was minted dies, though Box refuses that at first', async () => {
  const release = box.hold();
  const asked = page.token();
  await box.until(() => box.asked > 0);
  const revoked = page.revoke({ session: page.session, pending: '1' });
  for (let tries = 0; tries < 50 && (await page.token()).status === 503; tries += 1);
  release();
  await box.until(() => box.answered > 0);
  box.fail = { status: 500, body: '<html>', once: true };

  assertWithdrawn(await asked);
  assert.ok([202, 204].includes((await revoked).status));
  await box.dead(box.minted);
});

test('while Box is down nobody is told that a token is dead', async () => {
  const tokens = [await granted({ id: '1' }), await granted({ id: '2' })];
  const { session } = page;
  box.fail = { status: 503 };
  const revokes = [
    { token: tokens[0] },
    { token: tokens[0] },
    { session, pending: '2' },
    { session, whole_session: '1' },
    { token: 'unknown-while-down' },
  ];
  for (const named of revokes) assert.equal((await page.revoke(named)).status, 202, named);
  box.fail = undefined;
  await box.dead([...tokens, 'unknown-while-down']);
});

test('a handle that nobody has given is not said to be dead', async () => {
  const answer = await page.revoke({ handle: 'made-up' });
  assert.equal(answer.status, 503);
  assert.match(answer.headers.get('retry-after'), /^\d+$/);
});

test('a session that is revoked before its requests arrive is given nothing', async () => {
  assert.equal((await page.revoke({ session: page.session, whole_session: '1' })).status, 202);

  for (const id of ['1', '2']) assertWithdrawn(await page.token({ id }));
  assert.equal(box.exchanges.length, 0);
});

test('65 ids that have not come withdraw a session that nobody knows, 64 do not', async () => {
  const { session } = page;
  const ids = Array.from({ length: 65 }, (_, index) => `late-${index}`);
  const strange = `${session}-strange`;
  assert.equal((await page.revoke({ session: strange, pending: ids })).status, 202);
  assertWithdrawn(await page.token({ session: strange, id: 'another' }));
  for (let times = 0; times < 2; times += 1) {
    assert.equal((await page.revoke({ session, pending: ids.slice(1) })).status, 202);
  }
  assertWithdrawn(await page.token({ id: 'late-1' }));
  assert.equal((await page.token({ id: 'another' })).status, 200);
});

test('hundreds of ids that a living page names end nothing else of it', async () => {
  const { session } = page;
  const token = await granted();
  const ids = Array.from({ length: 900 }, (_, index) => `late-${index}`);
  assert.equal((await page.revoke({ session, pending: ids })).status, 202);
  assertWithdrawn(await page.token({ id: 'late-899' }));
  assert.equal((await page.token({ id: '2' })).status, 200);
  assert.deepEqual(box.revoked, []);
  assert.equal((await page.revoke({ token })).status, 204);
});

test('a request that comes twice is given one token', async () => {
  const release = box.hold();
  const first = page.token();
  await box.until(() => box.asked > 0);
  const early = await page.token();
  assert.deepEqual([early.status, early.headers.get('retry-after')], [503, '1']);
  release();
  const { access_token } = (await first).body;

  const again = await page.token();
  assert.deepEqual([again.status, again.body.access_token], [200, access_token]);
  assert.ok(again.body.expires_in <= 4175);
  assert.equal(box.exchanges.length, 1);
  const other = await page.token({ scope: 'item_download' });
  assert.deepEqual([other.status, other.body.error], [400, 'invalid_request']);
});

test('a request that failed can be made again, but not once it was withdrawn', async () => {
  box.fail = { status: 503, once: true };
  assert.equal((await page.token()).status, 503);
  assert.equal((await page.token()).status, 200);

  box.fail = { status: 503 };
  const release = box.hold();
  const asked = page.token({ id: '2' });
  await box.until(() => box.asked > 0);
  const revoked = page.revoke({ session: page.session, pending: '2' });
  for (let tries = 0; tries < 50 && (await page.token({ id: '2' })).status === 503; tries += 1);
  release();
  await Promise.all([asked, revoked]);
  box.fail = undefined;
  assertWithdrawn(await page.token({ id: '2' }));
  assert.equal((await page.token({ id: '3' })).status, 200);
});

test('nobody is told that a token is dead whose answer was lost on its way', async () => {
  const { session } = page;
  const lost = [{ status: 504, body: '<html>' }, { status: 200, body: '{"access_tok' }];
  for (const [id, fail] of lost.entries()) {
    box.fail = fail;
    const release = box.hold();
    const asked = page.token({ id: `${id}` });
    await box.until(() => box.asked > 0);
    const revoked = page.revoke({ session, pending: `${id}` });
    for (let tries = 0; tries < 50 && (await page.token({ id: `${id}` })).status === 503; tries += 1);
    release();
    assertWithdrawn(await asked);
    assert.equal((await revoked).status, 202, fail.body);
    assert.equal((await page.revoke({ session, pending: `${id}` })).status, 202, fail.body);
  }
});

test('a gateway that says invalid_token says nothing of the token', async () => {
  const token = await granted();
  box.fail = { status: 401, body: { error: 'invalid_token' }, once: true };
  assert.equal((await page.revoke({ token })).status, 202);
  await box.dead([token]);
});

test('each of 150 tokens that nobody here has minted is revoked', async () => {
  const token = Array.from({ length: 150 }, (_, index) => `other-instance-${index}`);

  assert.equal((await page.revoke({ token })).status, 202);

  await box.dead(token);
});

test('a token that Box does not know either is dead', async () => {
  const answer = await page.revoke({ token: ['unknown-1', 'unknown-2'] });

  assert.ok([202, 204].includes(answer.status));
  await box.dead(['unknown-1', 'unknown-2']);
});

test('made-up tokens cost Box little, and keep nobody waiting', async () => {
  const own = await startBackend(box);
  const flooded = pageOf(own, page.session);
  const token = (await flooded.token()).body.access_token;
  const begin = performance.now();
  const forms = Array.from({ length: 20 }, (_, form) =>
    flooded.revoke({ token: Array.from({ length: 100 }, (_, one) => `unknown-${form}-${one}`) }),
  );
  for (const answer of await Promise.all(forms)) assert.ok([202, 503].includes(answer.status));

  assert.equal((await flooded.revoke({ token })).status, 204);
  assert.equal((await flooded.token({ id: '2' })).status, 200);
  const seconds = (performance.now() - begin) / 1000;
  own.child.kill('SIGKILL');
  assert.ok(box.revoked.length <= 1 + 20 * (seconds + 1), `${box.revoked.length} calls`);
});

test('many tokens are revoked side by side', async () => {
  const ids = Array.from({ length: 100 }, (_, index) => `${index}`);
  const tokens = await Promise.all(ids.map((id) => granted({ id })));
  const release = box.hold();
  const revoked = page.revoke({ token: tokens });
  // One after the other they would take longer than a page waits.
  await box.until(() => box.revoking >= 16);
  release();

  assert.equal((await revoked).status, 204);
  assert.ok(box.mostRevoking <= 64 + 4, `${box.mostRevoking} at once`);
});

test('a life that Box does not tell, or tells oddly, costs no token', async () => {
  const lives = [undefined, null, '3600', ' 60 ', '59.9', 59.9, -5, 0, 1e300, 'soon', [3600], {}, true];
  for (const [index, life] of lives.entries()) {
    box.life = life;
    const answer = await page.token({ id: `${index}` });
    const told = answer.body.expires_in;
    assert.equal(answer.status, 200, life);
    assert.ok(told === undefined || (Number.isInteger(told) && told > 0 && told < 1e9), life);
    const named = { session: page.session, pending: `${index}` };
    assert.ok([202, 204].includes((await page.revoke(named)).status), life);
  }
  assert.deepEqual(box.revoked, box.minted);
});

test('an answer of Box that makes no sense is no fault of this backend', async () => {
  for (const body of ['', '<html>', 'null', '[]', '7', '{}', '{"access_token": 7}']) {
    box.fail = { status: 200, body };
    const answer = await page.token();
    assert.deepEqual([answer.status, answer.body.error], [503, 'temporarily_unavailable'], body);
  }
  box.fail = undefined;
  const token = await granted();
  box.fail = { status: 200, body: 'OK' };
  assert.equal((await page.revoke({ token })).status, 204);
});

test('a page life belongs to one sign-in, and passes to the next once that has ended', async () => {
  const token = await granted();
  const other = { cookie: await backend.signIn() };
  assert.equal((await page.token({}, other)).status, 400);
  assert.equal((await page.token({ id: '2' }, other)).status, 400);
  assert.equal(box.exchanges.length, 1);

  await page.post('/sign-out', '', 'text/plain', page.headers);
  await box.dead([token]);
  backend.cookie = other.cookie;
  assert.equal((await page.token({}, page.headers)).status, 401);
  assert.equal((await page.token({ id: '2' }, other)).status, 200);
});

test('a sign-out ends what the sign-in has, and nothing else', async () => {
  const mine = await granted();
  const leaving = pageOf(backend, `${page.session}-leaving`);
  leaving.headers.cookie = await backend.signIn();
  const { access_token } = (await leaving.token()).body;
  const release = box.hold();
  const asked = leaving.token({ id: '2' });
  await box.until(() => box.asked > 0);
  await leaving.post('/sign-out', '', 'text/plain', leaving.headers);
  release();

  assertWithdrawn(await asked);
  await box.dead([access_token, box.minted.at(-1)]);
  assert.ok(!box.revoked.includes(mine));
});

test('what fails at Box is written down, and no secret with it', async () => {
  const from = backend.printed.length;
  const body = { error: 'invalid_grant', error_description: 'subject-token client-secret' };
  box.fail = { status: 400, body };
  await page.token({}, { origin: OWN_ORIGIN });
  box.fail = { status: 503, body, once: true };
  await page.revoke({ token: 'unknown-and-refused' });
  await box.dead(['unknown-and-refused']);

  for (const line of [/exchange failed.*\n/, /revoke failed.*\n/]) await backend.says(line, from);
  const printed = backend.printed.slice(from);
  for (const secret of ['subject-token', 'client-secret', 'unknown-and', page.session, 'FAKE-']) {
    assert.ok(!printed.includes(secret), secret);
  }
});

test('SIGTERM ends what is due, what is alive and what is being minted', async () => {
  const own = await startBackend(box);
  const leaving = pageOf(own, page.session);
  const due = (await leaving.token({ id: '1' })).body.access_token;
  await leaving.token({ id: '2' });
  box.fail = { status: 503 };
  assert.equal((await leaving.revoke({ token: due })).status, 202);
  box.fail = undefined;
  const release = box.hold();
  const asked = leaving.token({ id: '3' });
  await box.until(() => box.exchanging === 3);
  const stopped = own.stop();
  const takesRequests = () => fetch(own.origin).then(Boolean, () => false);
  while (await takesRequests());
  release();

  await Promise.allSettled([asked]);
  assert.ok([0, 'SIGTERM'].includes(await stopped));
  assert.equal(box.minted.length, 3);
  assert.deepEqual(new Set(box.revoked), new Set(box.minted));
});
