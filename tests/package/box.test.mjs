// The token function of Box's widgets, and what stands beside it: its rules, one by one.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { load, openClient } from './support/client.mjs';

const { boxScopes, boxTokens } = await load('box.js');

const scopes = boxScopes.explorer;

let client;
let requests;
beforeEach(async () => {
  const refuse = ({ resource }) => {
    if (resource.endsWith('/404')) throw Object.assign(new Error('not allowed'), { status: 403 });
  };
  ({ client, requests } = await openClient(refuse));
});
afterEach(() => client.close());

const resources = () => requests.map(({ resource }) => resource);

/** An adapter as axios 0 has them, which refuses the tokens in `dead`. */
function adapterRefusing(...dead) {
  const sent = [];
  const adapter = async (config) => {
    const token = config.headers.Authorization.slice(7);
    sent.push(token);
    const response = { config, headers: {}, status: dead.includes(token) ? 401 : 200 };
    if (response.status === 200) return response;
    throw Object.assign(new Error('status 401'), { config, response });
  };
  return { adapter, sent };
}

/** Sends a request as axios does: through the interceptor, then by the adapter. */
async function sendThrough({ requestInterceptor }, token, adapter, more = {}) {
  const config = { url: 'https://api.box.com/2.0/files/1', headers: { Authorization: `Bearer ${token}` }, adapter, ...more };
  const intercepted = await requestInterceptor(config);
  return intercepted.adapter(intercepted);
}

test('a string gets a string, and a list gets a plain object by id', async () => {
  const { token } = boxTokens(client, { scopes });
  assert.equal(await token('file_1'), 'FAKE-1');
  const tokens = await token(['file_1', 'folder_2']);
  assert.deepEqual(tokens, { file_1: 'FAKE-1', folder_2: 'FAKE-2' });
  assert.equal(Object.getPrototypeOf(tokens), Object.prototype);
});

test('a string is rejected where there is no token, and a list leaves that id out', async () => {
  const { token } = boxTokens(client, { scopes });
  await assert.rejects(token('file_404'), { code: 'access_denied' });
  assert.deepEqual(await token(['file_404', 'file_1']), { file_1: 'FAKE-2' });
  assert.deepEqual(await token(['file_404']), {});
});

test('a list does not reject when the app throws, nor when there is no client', async () => {
  const resourceFor = () => {
    throw new Error('of the app');
  };
  const { token } = boxTokens(client, { scopes, resourceFor });
  await assert.rejects(token('file_1'), /of the app/);
  assert.deepEqual(await token(['file_1']), {});

  const failed = Promise.reject(new Error('no WebAssembly'));
  assert.deepEqual(await boxTokens(failed, { scopes }).token(['file_1']), {});
});

test('an id stands for its own URL at Box, or at another host', async () => {
  await boxTokens(client, { scopes }).token(['file_1', 'folder_0', 'web_link_3']);
  await boxTokens(client, { scopes, apiHost: 'https://box.example/' }).token('file_1');
  assert.deepEqual(resources(), [
    'https://api.box.com/2.0/files/1',
    'https://api.box.com/2.0/folders/0',
    'https://api.box.com/2.0/web_links/3',
    'https://box.example/2.0/files/1',
  ]);
});

test('with a folder, fifty files and their folder cost one request', async () => {
  const { token } = boxTokens(client, { scopes, folder: '7' });
  const ids = ['folder_7', ...Array.from({ length: 50 }, (_, file) => `file_${file}`)];
  const tokens = await Promise.all(ids.map((id) => token(id)));
  assert.deepEqual(new Set(tokens), new Set(['FAKE-1']));
  assert.deepEqual(resources(), ['https://api.box.com/2.0/folders/7']);
});

test('the app maps ids to resources, to scopes of their own, or leaves one as it is', async () => {
  const elsewhere = new URL('https://box.example/2.0/folders/9');
  const resourceFor = (id) =>
    ({ file_1: elsewhere, file_2: elsewhere.href, file_3: { resource: elsewhere, scopes: ['item_preview'] } })[id];
  await boxTokens(client, { scopes, resourceFor }).token(['file_1', 'file_2', 'file_3', 'file_4']);
  assert.deepEqual(
    requests.map(({ resource, scope }) => [resource, scope]),
    [
      [elsewhere.href, 'base_explorer'],
      [elsewhere.href, 'item_preview'],
      ['https://api.box.com/2.0/files/4', 'base_explorer'],
    ],
  );
});

test('the client may still be on its way', async () => {
  const { token } = boxTokens(Promise.resolve(client), { scopes });
  assert.equal(await token('file_1'), 'FAKE-1');
});

test('a viewer gets a token that is good for half an hour, or as long as the app says', async () => {
  const asked = [];
  const grant = { addEventListener() {}, token: async (options) => (asked.push(options), 'FAKE') };
  const fake = { grant: () => grant };
  await boxTokens(fake, { scopes }).token('file_1');
  await boxTokens(fake, { scopes, minTtl: 60_000 }).token(['file_1']);
  assert.deepEqual(asked, [{ minTtl: 1_800_000 }, { minTtl: 60_000 }]);
});

test('a refused token is replaced and the request sent once more, behind the widget', async () => {
  const box = boxTokens(client, { scopes });
  const { adapter, sent } = adapterRefusing('FAKE-1');
  const { status } = await sendThrough(box, await box.token('file_1'), adapter);
  assert.equal(status, 200);
  assert.deepEqual(sent, ['FAKE-1', 'FAKE-2']);
});

test('a second refusal is final', async () => {
  const box = boxTokens(client, { scopes });
  const { adapter, sent } = adapterRefusing('FAKE-1', 'FAKE-2', 'FAKE-3');
  await assert.rejects(sendThrough(box, await box.token('file_1'), adapter), /status 401/);
  assert.deepEqual(sent, ['FAKE-1', 'FAKE-2']);
});

test('it is sent once more and not again, however many tokens there are to be had', async () => {
  const { client } = handedGrant();
  const box = boxTokens(client, { scopes });
  const { adapter, sent } = adapterRefusing('FAKE-2', 'FAKE-3', 'FAKE-4');
  await assert.rejects(sendThrough(box, await box.token('file_1'), adapter), /status 401/);
  assert.deepEqual(sent, ['FAKE-2', 'FAKE-3']);
});

test('where the client drops no other token, the request is not sent again', async () => {
  const box = boxTokens(client, { scopes });
  const { adapter, sent } = adapterRefusing('FAKE-1', 'FAKE-2');
  const token = await box.token('file_1');
  await sendThrough(box, token, adapter).catch(() => {});
  await assert.rejects(sendThrough(box, token, adapter), /status 401/);
  assert.deepEqual(sent, ['FAKE-1', 'FAKE-2', 'FAKE-2']);
});

test('a 401 that the widget takes for a success is one all the same', async () => {
  const box = boxTokens(client, { scopes });
  const statuses = [401, 200];
  const adapter = async (config) => ({ config, headers: {}, status: statuses.shift() });
  const { status } = await sendThrough(box, await box.token('file_1'), adapter);
  assert.equal(status, 200);
});

test('a superseded token is replaced before it is sent', async () => {
  const box = boxTokens(client, { scopes });
  const old = await box.token('file_1');
  await client.grant({ resource: 'https://api.box.com/2.0/files/1', scopes }).token({ forceRefresh: true });
  const { adapter, sent } = adapterRefusing();
  await sendThrough(box, old, adapter);
  assert.deepEqual(sent, ['FAKE-2']);
});

test('a 401 that says nothing of the token is passed on as it is', async () => {
  const box = boxTokens(client, { scopes });
  const token = await box.token('file_1');
  const answers = {
    'no token of this kind will do': { headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } },
    'a redirect has lost the token': { headers: {}, request: { responseURL: 'https://dl.example/1' } },
  };
  for (const [why, answer] of Object.entries(answers)) {
    let sent = 0;
    const adapter = async (config) => ((sent += 1), { ...answer, config, status: 401 });
    assert.equal((await sendThrough(box, token, adapter)).status, 401, why);
    assert.equal(sent, 1, why);
  }
  assert.equal(requests.length, 1);
});

test('a failure that is no 401 is passed on as it is', async () => {
  const box = boxTokens(client, { scopes });
  const failure = new Error('Network Error');
  const sent = sendThrough(box, await box.token('file_1'), () => Promise.reject(failure));
  await assert.rejects(sent, (error) => error === failure);
  assert.equal(requests.length, 1);
});

test('a request that is sent again for another reason passes the interceptor anew', async () => {
  const box = boxTokens(client, { scopes });
  const { adapter } = adapterRefusing();
  const { config } = await sendThrough(box, await box.token('file_1'), adapter);
  assert.equal(config.adapter, adapter);
});

test('without an adapter to wrap, a superseded token is replaced, and a refused one for the next request', async () => {
  const box = boxTokens(client, { scopes });
  const old = await box.token('file_1');
  const config = { headers: { Authorization: `Bearer ${old}` }, adapter: ['xhr', 'fetch'] };
  const answer = { config: await box.requestInterceptor(config), response: { status: 401, headers: {}, config } };
  assert.equal(box.responseInterceptor(answer), answer);
  await box.requestInterceptor(config);
  assert.equal(config.headers.Authorization, 'Bearer FAKE-2');
});

test('the response interceptor gives back whatever it gets', () => {
  const { responseInterceptor } = boxTokens(client, { scopes });
  for (const answer of [undefined, 'text', { status: 200 }, { status: 401, config: { headers: {} } }]) {
    assert.equal(responseInterceptor(answer), answer);
  }
});

test('a request with a token of somebody else, or with none, is left alone', async () => {
  const { requestInterceptor } = boxTokens(client, { scopes });
  const adapter = () => {};
  for (const headers of [{ Authorization: 'Bearer FOREIGN' }, {}, undefined]) {
    const config = { adapter, ...(headers && { headers: { ...headers } }) };
    assert.equal(await requestInterceptor(config), config);
    assert.deepEqual(config, { adapter, ...(headers && { headers }) });
  }
});

for (const [end, how] of Object.entries({
  'a sign-out': (client) => client.revokeAll(),
  'a revoke': (client) => client.grant({ resource: 'https://api.box.com/2.0/files/1', scopes }).revoke(),
})) {
  test(`after ${end}, a viewer that is still open gets no other token for its old one`, async () => {
    const box = boxTokens(client, { scopes });
    const old = await box.token('file_1');
    await how(client);
    const { adapter, sent } = adapterRefusing('FAKE-1');
    await assert.rejects(sendThrough(box, old, adapter), /status 401/);
    assert.deepEqual(sent, ['FAKE-1']);
    assert.equal(requests.length, 1);
  });
}

for (const [end, how] of Object.entries({
  'a sign-out': (client) => client.revokeAll(),
  'a revoke': (client) => client.grant({ resource: 'https://api.box.com/2.0/files/1', scopes }).revoke(),
})) {
  test(`a request that is refused after ${end} is not sent again, and costs no token`, async () => {
    const box = boxTokens(client, { scopes });
    const old = await box.token('file_1');
    const { adapter, sent } = adapterRefusing('FAKE-1');
    const slowly = async (config) => {
      await how(client);
      return adapter(config);
    };
    await assert.rejects(sendThrough(box, old, slowly), /status 401/);
    assert.deepEqual(sent, ['FAKE-1']);
    assert.equal(requests.length, 1);
  });
}

test('in an outage a widget gets the token that there is, though it has no half hour left', async () => {
  const grant = {
    addEventListener() {},
    peek: () => 'FAKE-1',
    async token({ minTtl = 0 } = {}) {
      if (minTtl) throw Object.assign(new Error('503'), { code: 'server_error', retryable: true });
      return 'FAKE-1';
    },
  };
  const fake = { grant: () => grant };
  const { token } = boxTokens(fake, { scopes });
  assert.equal(await token('file_1'), 'FAKE-1');
  assert.deepEqual(await token(['file_1']), { file_1: 'FAKE-1' });
  grant.peek = () => undefined;
  await assert.rejects(token('file_1'), { code: 'server_error' });
});

test("the SDK's requests take a token though it has no half hour left", async () => {
  const asked = [];
  const grant = { addEventListener() {}, token: async (options) => (asked.push(options), 'FAKE') };
  const fake = { grant: () => grant };
  await boxTokens(fake, { scopes }).authentication('file_1').retrieveAuthorizationHeader();
  assert.deepEqual(asked, [undefined]);
});

/** A grant in the hands of the test, and a client that gives it. */
function handedGrant() {
  let tokens = 0;
  const grant = Object.assign(new EventTarget(), { token: async () => `FAKE-${(tokens += 1)}`, reject() {} });
  const tell = (reason) => grant.dispatchEvent(Object.assign(new Event('revoked'), { detail: { reason } }));
  return { client: { grant: () => grant }, tell };
}

const OTHERS = ['unload', 'bfcache', 'hidden', 'lapsed', 'recalled', 'evicted'];

test('nothing is kept of what was revoked, but where an older one has expired', async () => {
  for (const reason of [...OTHERS, 'explicit', 'logout', 'expired']) {
    const { client, tell } = handedGrant();
    const box = boxTokens(client, { scopes });
    const old = await box.token('file_1');
    tell(reason);
    const { adapter, sent } = adapterRefusing();
    await sendThrough(box, old, adapter);
    assert.deepEqual(sent, [reason === 'expired' ? 'FAKE-2' : 'FAKE-1'], reason);
  }
});

test('a request that is refused after the page or the backend took its token is sent with another', async () => {
  for (const reason of OTHERS) {
    const { client, tell } = handedGrant();
    const box = boxTokens(client, { scopes });
    const old = await box.token('file_1');
    const { adapter, sent } = adapterRefusing('FAKE-2');
    const slowly = (config) => {
      if (sent.length === 0) tell(reason);
      return adapter(config);
    };
    await sendThrough(box, old, slowly);
    assert.deepEqual(sent, ['FAKE-2', 'FAKE-3'], reason);
  }
});

test('a revoke of other scopes leaves a request under way alone', async () => {
  const box = boxTokens(client, { scopes });
  const old = await box.token('file_1');
  const other = client.grant({ resource: 'https://api.box.com/2.0/files/1', scopes: ['item_download'] });
  await other.token();
  const { adapter, sent } = adapterRefusing('FAKE-1');
  const slowly = async (config) => {
    if (sent.length === 0) await other.revoke();
    return adapter(config);
  };
  await sendThrough(box, old, slowly);
  assert.deepEqual(sent, ['FAKE-1', 'FAKE-3']);
});

test('what is revoked of one file takes nothing from another', async () => {
  const box = boxTokens(client, { scopes });
  const [one, other] = Object.values(await box.token(['file_1', 'file_2']));
  assert.notEqual(one, other);
  await client.grant({ resource: 'https://api.box.com/2.0/files/1', scopes }).revoke();
  const { adapter, sent } = adapterRefusing(other);
  await sendThrough(box, other, adapter);
  assert.equal(sent.length, 2);
});

test('five refusals that come together cost the SDK one request', async () => {
  const authentication = boxTokens(client, { scopes }).authentication('folder_0');
  const headers = await Promise.all(Array.from({ length: 5 }, () => authentication.retrieveAuthorizationHeader()));
  assert.deepEqual(new Set(headers), new Set(['Bearer FAKE-1']));
  const tokens = await Promise.all(headers.map(() => authentication.refreshToken()));
  // And one that comes later, before the next header.
  tokens.push(await authentication.refreshToken());
  for (const token of tokens) assert.deepEqual(token, { accessToken: 'FAKE-2' });
  assert.equal(requests.length, 2);
});

test("a request of the SDK's that is refused after a sign-out is not sent again", async () => {
  const authentication = boxTokens(client, { scopes }).authentication('folder_0');
  assert.equal(await authentication.retrieveAuthorizationHeader(), 'Bearer FAKE-1');
  await client.revokeAll();
  await assert.rejects(authentication.refreshToken(), TypeError);
  assert.equal(requests.length, 1);
  // Whoever asks anew wants a token.
  assert.equal(await authentication.retrieveAuthorizationHeader(), 'Bearer FAKE-2');
});

test('a widget that waits as the user signs out is told, and asks no more', async () => {
  let peeks = 0;
  const grant = {
    addEventListener() {},
    peek: () => void (peeks += 1),
    token: async () => {
      throw Object.assign(new Error('signed out'), { code: 'revoked' });
    },
  };
  const { token } = boxTokens({ grant: () => grant }, { scopes });
  await assert.rejects(token('file_1'), { code: 'revoked' });
  assert.equal(peeks, 0);
});

test('the SDK can end its token, and cannot downscope it', async () => {
  const authentication = boxTokens(client, { scopes }).authentication('file_1');
  assert.deepEqual(await authentication.retrieveToken(), { accessToken: 'FAKE-1' });
  assert.equal(await authentication.revokeToken(), undefined);
  assert.deepEqual(await authentication.refreshToken(), { accessToken: 'FAKE-2' });
  await assert.rejects(authentication.downscopeToken(['item_preview']), TypeError);
});

test('a preview that was shown with a string takes the function for what it loads next', () => {
  const { follow, token } = boxTokens(client, { scopes });
  const calls = [];
  follow({ updateToken: (...given) => calls.push(given) });
  assert.deepEqual(calls, [[token, false]]);
});
