// Holds the example backends to the endpoint contract, with a stand-in for Box.
//
//     node --test contract.test.mjs faults.test.mjs
//     BACKEND="python python/main.py" node --test contract.test.mjs faults.test.mjs

import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';

import {
  FILE,
  FORM_TYPE,
  JSON_TYPE,
  OWN_ORIGIN,
  form,
  pageOf,
  startBackend,
} from './testing/backend.mjs';
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

/** What was withdrawn is given no token, for good (400) or for now (503). */
const assertWithdrawn = ({ status }) => assert.ok([400, 503].includes(status), `${status}`);

test('the session cookie is out of reach of scripts and other sites', () => {
  assert.match(backend.setCookie, /^__Host-[^;]{30,};/);
  for (const attribute of [/; *Secure/i, /; *HttpOnly/i, /; *SameSite=Strict/i]) {
    assert.match(backend.setCookie, attribute);
  }
});

test('a token request is exchanged for exactly what it asks for', async () => {
  const answer = await page.token({ scope: 'base_preview item_download' });

  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.deepEqual(answer.body, {
    access_token: box.minted[0],
    expires_in: 4175,
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    scope: 'base_preview item_download',
    token_type: 'Bearer',
  });
  assert.deepEqual(box.exchanges, [
    {
      client_id: 'client',
      client_secret: 'client-secret',
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      resource: FILE,
      scope: 'base_preview item_download',
      subject_token: 'subject-token',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    },
  ]);
});

test('only the own page is given tokens', async () => {
  const evil = 'https://app.example.evil.example';
  const refused = [
    { 'x-downscope': undefined },
    { 'x-downscope': '0' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'same-site', origin: evil },
    { 'sec-fetch-site': undefined },
    { 'sec-fetch-site': undefined, origin: evil },
    { 'sec-fetch-site': 'cross-site', origin: OWN_ORIGIN },
  ];
  for (const headers of refused) {
    const answer = await page.token({}, headers);
    assert.deepEqual([answer.status, answer.body.error], [403, 'access_denied'], headers);
  }
  const old = await page.token({ id: '1' }, { 'sec-fetch-site': undefined, origin: OWN_ORIGIN });
  assert.equal(old.status, 200, 'a browser without Fetch Metadata');
  const sibling = { 'sec-fetch-site': 'same-site', origin: OWN_ORIGIN };
  const answer = await page.token({ id: '2' }, sibling);
  assert.equal(answer.status, 200, 'an app beside its backend');
  assert.equal(answer.headers.get('access-control-allow-origin'), OWN_ORIGIN);
  assert.equal(box.exchanges.length, 2);
});

test('only who is signed in is given tokens', async () => {
  for (const wrong of [undefined, '__Host-session=made-up', 'other=1']) {
    const answer = await page.token({}, { cookie: wrong });
    assert.deepEqual([answer.status, answer.body.error], [401, 'login_required']);
  }
});

test('nobody is given a token for what they may not have', async () => {
  for (const resource of [undefined, 7, `${FILE}4`, 'https://api.box.com/2.0/files/999']) {
    const answer = await page.token({ resource });
    assert.equal(answer.status, 400, resource);
  }
  for (const scope of ['', 'root_readwrite', 'base_preview root_readwrite', 'base_preview  x']) {
    const answer = await page.token({ scope });
    assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_scope'], scope);
  }
  assert.equal(box.exchanges.length, 0);
});

test('a malformed request is refused', async () => {
  const { headers, session } = page;
  const wrong = [{ session: 'short' }, { session: undefined }, { session: null }];
  for (const fields of [...wrong, { id: '' }, { id: 'a b' }, { id: null }, { id: ['1'] }]) {
    const answer = await page.token(fields);
    assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_request'], fields);
  }
  const deep = '['.repeat(16_000);
  for (const body of ['', '{', 'null', '[]', '"text"', deep]) {
    assert.equal((await page.post('/api/token', body, JSON_TYPE, headers)).status, 400, body);
  }
  assert.equal((await page.post('/api/token', '{}', 'text/plain', headers)).status, 415);
  const long = ' '.repeat(20_000);
  assert.equal((await page.post('/api/token', long, JSON_TYPE, headers)).status, 413);
  assert.equal((await page.post('/api/revoke', '{}', JSON_TYPE)).status, 415);
  assert.equal((await page.post('/api/revoke', 'x'.repeat(70_000), FORM_TYPE)).status, 413);
  assert.equal((await page.revoke({ session })).status, 400, 'a session alone names nothing');
  assert.equal((await page.revoke({ pending: '1', whole_session: '1' })).status, 400);
  assert.equal((await page.revoke({ session: 's'.repeat(200), pending: '1' })).status, 400);
});

test('what Box refuses is told in words of our own', async () => {
  const refusals = [
    [400, { error: 'invalid_scope' }, 400, 'invalid_scope'],
    [400, { error: 'invalid_resource' }, 400, 'invalid_target'],
    [400, { error: 'invalid_grant' }, 401, 'login_required'],
    [401, undefined, 401, 'login_required'],
    [400, { error: 'invalid_client' }, 500, 'server_error'],
    [400, { error: 'unauthorized_client' }, 500, 'server_error'],
    [500, { error: 'x', error_description: 'subject-token' }, 503, 'temporarily_unavailable'],
    [503, '<html>', 503, 'temporarily_unavailable'],
  ];
  for (const [status, body, expected, error] of refusals) {
    box.fail = { status, body };
    const answer = await page.token();
    assert.deepEqual([answer.status, answer.body.error], [expected, error]);
    assert.ok(!answer.text.includes('subject-token'));
  }
});

test('a limit at Box is passed on with its wait', async () => {
  box.fail = { status: 429, headers: { 'retry-after': '17' } };

  const answer = await page.token();

  assert.equal(answer.status, 429);
  assert.equal(answer.headers.get('retry-after'), '17');
});

test('a token is revoked by naming it, without a cookie or a header', async () => {
  const { body } = await page.token();
  const named = { token: body.access_token, session: page.session, reason: 'unload' };

  assert.equal((await page.revoke(named)).status, 204);
  assert.equal((await page.revoke(named)).status, 204, 'the same beacon again');

  assert.deepEqual(box.revoked, [body.access_token]);
});

test('a request is revoked by its name after it was answered', async () => {
  const first = await page.token({ id: '1' });
  const second = await page.token({ id: '2' });

  const named = { session: page.session, pending: '2', reason: 'unload' };
  assertEnded(await page.revoke(named));

  assert.deepEqual(box.revoked, [second.body.access_token]);
  assert.notEqual(first.body.access_token, second.body.access_token);
});

test('a request that was revoked before it arrives comes to nothing', async () => {
  const named = { session: page.session, pending: '1', reason: 'unload' };
  // It may have been minted before the last start of the backend, which says no more than it knows.
  assert.equal((await page.revoke(named)).status, 202);

  assertWithdrawn(await page.token({ id: '1' }));
  assert.equal((await page.token({ id: '2' })).status, 200);
  assert.equal(box.exchanges.length, 1);
});

test('a request that was revoked while its token is minted comes to nothing', async () => {
  const release = box.hold();
  const asked = page.token({ id: '1' });
  await box.until(() => box.asked > 0);
  const revoked = page.revoke({ session: page.session, pending: '1', reason: 'unload' });
  // It has come once the same request is refused for it.
  for (let tries = 0; tries < 50 && (await page.token({ id: '1' })).status === 503; tries += 1);
  release();

  assertWithdrawn(await asked);
  assertEnded(await revoked);
  assert.deepEqual(box.revoked, box.minted);
});

test('a token is on record though the page went away while it was minted', async () => {
  const release = box.hold();
  const controller = new AbortController();
  const asked = page.token({ id: '1' }, {}, controller.signal).catch((error) => error.name);
  await box.until(() => box.asked > 0);
  controller.abort();
  assert.equal(await asked, 'AbortError');
  release();
  await box.until(() => box.answered > 0);

  assertEnded(await page.revoke({ session: page.session, pending: '1' }));
  assert.deepEqual(box.revoked, box.minted);
});

test('a revoke is finished though the page closes its connection', async () => {
  const { body } = await page.token();
  const release = box.hold();

  const sent = httpRequest(`${backend.origin}/api/revoke`, {
    method: 'POST',
    headers: { 'content-type': FORM_TYPE },
  });
  sent.on('error', () => {});
  sent.end(form({ token: body.access_token, reason: 'unload' }));
  await box.until(() => box.asked > 0);
  sent.destroy();
  release();

  await box.dead([body.access_token]);
});

test('a whole session is revoked, and no other', async () => {
  const tokens = [];
  for (const id of ['1', '2', '3']) tokens.push((await page.token({ id })).body.access_token);
  const other = pageOf(backend, `${page.session}-other`);
  await other.token();

  assert.equal((await page.revoke({ session: page.session, whole_session: '1' })).status, 202);

  await box.dead(tokens);
  assert.equal(box.revoked.length, 3);
});

// Of what is named by its request: a record that is younger than a token can be says 202, since
// the same request may have been minted for before it began.
function assertEnded({ status }) {
  assert.ok([202, 204].includes(status), `${status}`);
}
