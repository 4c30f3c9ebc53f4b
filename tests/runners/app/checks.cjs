// What an app's unit tests do with the package, in whatever runner and environment.
// DOWNSCOPE_STARTS names the entries that can start there.

const assert = require('node:assert/strict');

const starts = new Set(process.env.DOWNSCOPE_STARTS.split(' '));
const RESOURCE = 'https://api.example/files/1';
const WANTED = { resource: RESOURCE, scopes: ['read'] };
const getToken = () => ({ access_token: 'FAKE', expires_in: 60 });

/** @param {Record<string, any>} modules By their subpaths; and what a test of React needs. */
module.exports = ({ downscope, slim, adapters, box, react, testing, React, createRoot, wasm }) => ({
  'a client gets a token, or says in one typed sentence what is missing': async () => {
    const attempt = (async () => tokenOf(await downscope.createTokenClient({ getToken })))();
    if (starts.has('downscope')) assert.equal(await attempt, 'FAKE');
    else await assert.rejects(attempt, isExplained(downscope));
  },

  'slim gets a token when it is given the WebAssembly, or says what is missing': async () => {
    const attempt = (async () => {
      await slim.initialize(wasm);
      return tokenOf(await slim.createTokenClient({ getToken }));
    })();
    if (starts.has('slim')) assert.equal(await attempt, 'FAKE');
    else await assert.rejects(attempt, isExplained(slim));
  },

  'a client that fetches has its 401 rule, signals and errors': async () => {
    if (!starts.has('slim')) return;
    await slim.initialize(wasm);
    const client = await slim.createTokenClient({ getToken });
    const grant = client.grant(WANTED);
    const controller = new AbortController();
    const fetching = replaced(globalThis, 'fetch', async (_, { headers }) => ({
      status: headers.authorization === 'Bearer FAKE' ? 200 : 400,
      headers: new Map(),
    }));
    try {
      const elsewhere = globalThis.document ? '/files/1' : 'https://elsewhere.example/';
      const refused = await grant.fetch(elsewhere, { signal: controller.signal }).catch((error) => error);
      assert.equal(refused.code, 'origin_not_allowed');
      assert.equal((await grant.fetch(RESOURCE, { signal: controller.signal })).status, 200);
      controller.abort();
      const error = await grant.token({ signal: controller.signal }).catch((error) => error);
      assert.equal(error.code, 'aborted');
    } finally {
      fetching();
      await client.close();
    }
  },

  'a test without WebAssembly has tokens, an expiry, a 401 and events by hand': async () => {
    const client = await testing.createTokenClient({ tokenEndpoint: '/api/token', revokeEndpoint: '/api/revoke' });
    const { backend } = client;
    const grant = client.grant(WANTED);
    const events = [];
    for (const type of ['refreshed', 'expired', 'revoked']) {
      grant.addEventListener(type, ({ detail }) => events.push([type, detail.reason]));
    }
    backend.give('FAKE-1');
    assert.equal(await grant.token(), 'FAKE-1');
    backend.expire(grant);
    backend.give('FAKE-2');
    backend.refuse();
    assert.equal((await grant.fetch(RESOURCE)).status, 200);
    assert.equal(grant.peek(), 'test-token-1');
    backend.fail('login_required', { status: 401 });
    const error = await grant.token({ forceRefresh: true }).catch((error) => error);
    assert.equal(error.code, 'login_required');
    assert.ok(testing.isTokenError(error) && error instanceof downscope.TokenError);
    assert.deepEqual(await client.close(), { tokens: 1, confirmed: true });
    assert.deepEqual(events.map(([type]) => type), ['refreshed', 'expired', 'refreshed', 'refreshed', 'revoked']);
  },

  'a push client is fed by the double': async () => {
    const client = testing.createTestClient();
    const grant = client.grant(WANTED);
    const over = new AbortController();
    const pushed = [];
    const following = adapters.follow(grant, (token) => pushed.push(token) > 1 && over.abort(), { signal: over.signal });
    while (!pushed.length) await turn();
    await client.backend.refresh(grant);
    await Promise.race([following, untilTwo(pushed)]);
    assert.deepEqual(pushed.slice(0, 2), ['test-token-1', 'test-token-2']);
    await client.close();
  },

  "Box's widgets are fed by the double": async () => {
    const client = testing.createTestClient();
    const { token } = box.boxTokens(client, { scopes: ['base_preview'] });
    assert.equal(await token('file_1'), 'test-token-1');
    await client.close();
  },

  'a component has its grant from the double': async () => {
    if (!globalThis.document) return;
    globalThis.IS_REACT_ACT_ENVIRONMENT = true;
    const client = testing.createTestClient();
    const Status = () => React.createElement('p', null, react.useGrant(RESOURCE, ['read']).status);
    const place = document.createElement('div');
    const root = createRoot(place);
    await React.act(async () => root.render(React.createElement(react.TokenProvider, { client }, React.createElement(Status))));
    assert.equal(place.textContent, 'ready');
    await React.act(async () => void (await client.revokeAll()));
    assert.equal(place.textContent, 'revoked');
    await React.act(async () => root.unmount());
    await client.close();
  },
});

async function tokenOf(client) {
  try {
    return await client.grant(WANTED).token();
  } finally {
    await client.close();
  }
}

const isExplained = ({ isTokenError }) => (error) =>
  isTokenError(error) && error.code === 'unsupported' && /^unsupported: No [\w, ]+ here: .*downscope\/testing/.test(error.message);

/** Puts something in a place; gives what puts back what was there. */
function replaced(object, name, value) {
  const former = object[name];
  object[name] = value;
  return () => (object[name] = former);
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

async function untilTwo(list) {
  while (list.length < 2) await turn();
}
