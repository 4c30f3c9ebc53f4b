// Holds the example backends to the endpoint contract, with a stand-in for Box.
//
//     node --test contract.test.mjs
//     BACKEND="python python/main.py" node --test contract.test.mjs

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const OWN_ORIGIN = 'https://app.example';
const FILE = 'https://api.box.com/2.0/files/123';
const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const server = fileURLToPath(new URL('node/server.mjs', import.meta.url));
const [program, ...args] = process.env.BACKEND?.split(' ') ?? [process.execPath, server];

let backend, origin, cookie, box;
let sessions = 0;
let session;

before(async () => {
  box = await startBox();
  backend = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: '0',
      APP_ORIGIN: OWN_ORIGIN,
      BOX_API: box.origin,
      BOX_CLIENT_ID: 'client',
      BOX_CLIENT_SECRET: 'client-secret',
      BOX_FILE_IDS: '123,124',
      BOX_SUBJECT_TOKEN: 'subject-token',
    },
  });
  origin = await printedOrigin(backend);
  const response = await fetch(origin);
  cookie = response.headers.get('set-cookie');
});

after(() => {
  backend.kill();
  box.server.close();
  box.server.closeAllConnections();
});

beforeEach(() => {
  session = `session-of-this-test-${(sessions += 1)}`;
  box.reset();
});

test('the session cookie is out of reach of scripts and other sites', () => {
  assert.match(cookie, /^__Host-[^;]{30,};/);
  for (const attribute of [/; *Secure/i, /; *HttpOnly/i, /; *SameSite=Strict/i]) {
    assert.match(cookie, attribute);
  }
});

test('a token request is exchanged for exactly what it asks for', async () => {
  const answer = await requestToken({ scope: 'base_preview item_download' });

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
  const refused = [
    { 'x-downscope': undefined },
    { 'x-downscope': '0' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': undefined },
    { 'sec-fetch-site': undefined, origin: 'https://app.example.evil.example' },
    { 'sec-fetch-site': 'cross-site', origin: OWN_ORIGIN },
  ];
  for (const headers of refused) {
    const answer = await requestToken({}, headers);
    assert.deepEqual([answer.status, answer.body.error], [403, 'access_denied'], headers);
  }
  const old = await requestToken({}, { 'sec-fetch-site': undefined, origin: OWN_ORIGIN });
  assert.equal(old.status, 200, 'a browser without Fetch Metadata');
  assert.equal(box.exchanges.length, 1);
});

test('only who is signed in is given tokens', async () => {
  for (const wrong of [undefined, '__Host-session=made-up', 'other=1']) {
    const answer = await requestToken({}, { cookie: wrong });
    assert.deepEqual([answer.status, answer.body.error], [401, 'login_required']);
  }
});

test('nobody is given a token for what they may not have', async () => {
  for (const resource of [undefined, 7, `${FILE}4`, 'https://api.box.com/2.0/files/999']) {
    const answer = await requestToken({ resource });
    assert.equal(answer.status, 400, resource);
  }
  for (const scope of ['', 'root_readwrite', 'base_preview root_readwrite', 'base_preview  x']) {
    const answer = await requestToken({ scope });
    assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_scope'], scope);
  }
  assert.equal(box.exchanges.length, 0);
});

test('a malformed request is refused', async () => {
  for (const fields of [{ session: 'short' }, { session: undefined }, { id: '' }, { id: 'a b' }]) {
    const answer = await requestToken(fields);
    assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_request'], fields);
  }
  for (const body of ['', '{', 'null', '[]', '"text"']) {
    assert.equal((await post('/api/token', body, JSON_TYPE, own())).status, 400, body);
  }
  assert.equal((await post('/api/token', '{}', 'text/plain', own())).status, 415);
  assert.equal((await post('/api/token', ' '.repeat(20_000), JSON_TYPE, own())).status, 413);
  assert.equal((await post('/api/revoke', '{}', JSON_TYPE)).status, 415);
  assert.equal((await post('/api/revoke', 'x'.repeat(70_000), FORM_TYPE)).status, 413);
  assert.equal((await revoke({ session })).status, 400, 'a session alone names nothing');
  assert.equal((await revoke({ pending: '1', whole_session: '1' })).status, 400, 'no session');
  assert.equal((await revoke({ session: 's'.repeat(200), pending: '1' })).status, 400);
  assert.equal((await revoke({ session, pending: '1'.repeat(200) })).status, 400);
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
    const answer = await requestToken();
    assert.deepEqual([answer.status, answer.body], [expected, { error }]);
  }
});

test('a limit at Box is passed on with its wait', async () => {
  box.fail = { status: 429, headers: { 'retry-after': '17' } };

  const answer = await requestToken();

  assert.equal(answer.status, 429);
  assert.equal(answer.headers.get('retry-after'), '17');
});

test('a token is revoked by naming it, without a cookie or a header', async () => {
  const { body } = await requestToken();

  const answer = await revoke({ token: body.access_token, session, reason: 'unload' });

  assert.equal(answer.status, 204);
  assert.deepEqual(box.revoked, [body.access_token]);
});

test('a token of another instance is revoked, one that Box does not know is dead', async () => {
  assert.equal((await revoke({ token: ['other-instance', 'unknown'], session })).status, 204);

  assert.deepEqual(box.revoked.sort(), ['other-instance', 'unknown']);
});

test('a token that could not be revoked is not said to be dead', async () => {
  const { body } = await requestToken();
  box.fail = { status: 503 };

  const answer = await revoke({ token: body.access_token });

  assert.equal(answer.status, 503);
  assert.match(answer.headers.get('retry-after'), /^\d+$/);
});

test('what a stranger can make Box be asked is bounded', async () => {
  const token = Array.from({ length: 150 }, (_, index) => `made-up-${index}`);

  const answer = await revoke({ token });

  assert.equal(answer.status, 503);
  assert.equal(box.revoked.length, 100);
});

test('a request is revoked by its name after it was answered', async () => {
  const first = await requestToken({ id: '1' });
  const second = await requestToken({ id: '2' });

  assert.equal((await revoke({ session, pending: '2', reason: 'unload' })).status, 204);

  assert.deepEqual(box.revoked, [second.body.access_token]);
  assert.notEqual(first.body.access_token, second.body.access_token);
});

test('a request that was revoked before it arrives comes to nothing', async () => {
  assert.equal((await revoke({ session, pending: '1', reason: 'unload' })).status, 204);

  assert.equal((await requestToken({ id: '1' })).status, 400);
  assert.equal((await requestToken({ id: '2' })).status, 200);
  assert.equal(box.exchanges.length, 1);
});

test('a request that was revoked while its token is minted comes to nothing', async () => {
  const release = box.hold();
  const asked = requestToken({ id: '1' });
  await box.asked();
  assert.equal((await revoke({ session, pending: '1', reason: 'unload' })).status, 204);
  release();

  assert.equal((await asked).status, 400);
  assert.deepEqual(box.revoked, box.minted);
});

test('a token is on record though the page went away while it was minted', async () => {
  const release = box.hold();
  const controller = new AbortController();
  const asked = requestToken({ id: '1' }, {}, controller.signal).catch((error) => error.name);
  await box.asked();
  controller.abort();
  assert.equal(await asked, 'AbortError');
  release();
  await box.answered();

  assert.equal((await revoke({ session, pending: '1' })).status, 204);
  await box.revoking();
  assert.deepEqual(box.revoked, box.minted);
});

test('a revoke is finished though the page closes its connection', async () => {
  const { body } = await requestToken();
  const release = box.hold();

  const sent = httpRequest(`${origin}/api/revoke`, {
    method: 'POST',
    headers: { 'content-type': FORM_TYPE },
  });
  sent.on('error', () => {});
  sent.end(new URLSearchParams({ token: body.access_token, reason: 'unload' }).toString());
  await box.asked();
  sent.destroy();
  release();
  await box.revoking();

  assert.deepEqual(box.revoked, [body.access_token]);
});

test('a whole session is revoked, and no other', async () => {
  const tokens = [];
  for (const id of ['1', '2', '3']) tokens.push((await requestToken({ id })).body.access_token);
  const other = `${session}-other`;
  await requestToken({ session: other });

  assert.equal((await revoke({ session, whole_session: '1' })).status, 204);

  assert.deepEqual(box.revoked.sort(), tokens.sort());
});

const own = () => ({
  'x-downscope': '1',
  'sec-fetch-site': 'same-origin',
  cookie: cookie.split(';')[0],
});

function requestToken(fields, headers, signal) {
  const body = { resource: FILE, scope: 'base_preview', session, id: '1', ...fields };
  return post('/api/token', JSON.stringify(body), JSON_TYPE, { ...own(), ...headers }, signal);
}

function revoke(fields) {
  const form = new URLSearchParams();
  for (const [name, values] of Object.entries(fields)) {
    for (const value of [values].flat()) form.append(name, value);
  }
  return post('/api/revoke', form.toString(), FORM_TYPE);
}

/** By node:http, since fetch refuses to send some of these headers. */
async function post(path, body, type, headers = {}, signal) {
  const given = Object.entries(headers).filter(([, value]) => value !== undefined);
  const request = httpRequest(origin + path, {
    method: 'POST',
    headers: { ...Object.fromEntries(given), 'content-type': type },
    signal,
  });
  request.end(body);
  const [response] = await once(request, 'response');
  const text = (await response.setEncoding('utf8').toArray()).join('');
  const received = Object.entries(response.headers).map(([name, value]) => [name, `${value}`]);
  return {
    status: response.statusCode,
    headers: new Headers(received),
    body: text && JSON.parse(text),
  };
}

/** A stand-in for Box that mints, revokes, fails and waits as it is told. */
async function startBox() {
  const box = { asking: 0 };
  let gate, wake;
  const changed = () => wake?.();
  const until = async (condition) => {
    while (!condition()) await new Promise((resolve) => (wake = resolve));
  };

  box.reset = () => {
    Object.assign(box, { exchanges: [], minted: [], revoked: [], fail: undefined });
    box.asking = box.done = 0;
    gate = undefined;
  };
  /** Lets calls wait until the function that this gives is called. */
  box.hold = () => {
    box.asking = box.done = 0;
    let release;
    gate = new Promise((resolve) => (release = resolve));
    return release;
  };
  box.asked = () => until(() => box.asking > 0);
  box.answered = () => until(() => box.done > 0);
  box.revoking = () => until(() => box.revoked.length > 0);

  box.server = createServer(async (request, response) => {
    const text = (await request.setEncoding('utf8').toArray()).join('');
    const form = Object.fromEntries(new URLSearchParams(text));
    box.asking += 1;
    changed();
    await gate;
    const { status, headers = {}, body } = box.fail ?? answerOf(request.url, form);
    response.writeHead(status, headers);
    response.end(typeof body === 'object' ? JSON.stringify(body) : body, () => {
      box.done += 1;
      changed();
    });
  });
  box.reset();
  box.server.listen(0, '127.0.0.1');
  await once(box.server, 'listening');
  box.origin = `http://127.0.0.1:${box.server.address().port}`;
  return box;

  function answerOf(path, form) {
    if (path === '/oauth2/revoke') {
      assert.deepEqual([form.client_id, form.client_secret], ['client', 'client-secret']);
      box.revoked.push(form.token);
      return form.token === 'unknown'
        ? { status: 400, body: { error: 'invalid_token' } }
        : { status: 200 };
    }
    box.exchanges.push(form);
    box.minted.push(`minted-${sessions}-${box.minted.length}`);
    return {
      status: 200,
      body: { access_token: box.minted.at(-1), expires_in: 4175, token_type: 'bearer' },
    };
  }
}

/** The origin that a backend prints when it listens. */
function printedOrigin(child) {
  return new Promise((resolve, reject) => {
    let printed = '';
    const look = (chunk) => {
      printed += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(printed);
      if (found) resolve(found[0]);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.on('exit', (code) => reject(new Error(`exit code ${code}: ${printed}`)));
  });
}
