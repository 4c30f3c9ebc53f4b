// Box through its own SDK, against a stand-in for its token endpoints in this process: Box itself
// cannot be had here.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, test } from 'node:test';

import { BoxCcgAuth, BoxClient, CcgConfig } from 'box-node-sdk';

import { backendOf, entry, pageOf } from './support/backend.mjs';

const { box } = await entry('box.js');
const asked = [];
let next = () => [503, {}];
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const fields = Object.fromEntries(new URLSearchParams(body));
  asked.push([request.url, fields]);
  const [status, answer] = next(request.url, fields);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer));
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => server.close());
const base = `http://127.0.0.1:${server.address().port}`;

const CREDENTIALS = { clientId: 'client', clientSecret: 'FAKE-client-secret' };

function clientOf() {
  asked.length = 0;
  const auth = new BoxCcgAuth({ config: new CcgConfig({ ...CREDENTIALS, enterpriseId: '1' }) });
  const baseUrls = { baseUrl: base, uploadUrl: base, oauth2Url: base };
  return new BoxClient({ auth }).withCustomBaseUrls(baseUrls);
}

const kindOf = ([path, { grant_type: grant = '' }]) => `${path} ${grant.split(':').at(-1)}`;

test('a token is minted and revoked by the SDK', async () => {
  next = (path, { grant_type: grant }) => {
    if (path === '/oauth2/revoke') return [200, {}];
    return [200, { access_token: `FAKE-${grant?.length}`, expires_in: 4175 }];
  };
  const backend = backendOf(box(clientOf(), CREDENTIALS));
  const page = pageOf(backend);
  const { access_token, expires_in } = await (await page.token('1')).json();
  assert.equal(expires_in, 4175);
  assert.equal((await page.revoke({ token: access_token })).status, 204);
  assert.equal(asked.at(-1)[0], '/oauth2/revoke');
  assert.deepEqual(asked.at(-1)[1].token, access_token);
  await backend.close();
});

test('where Box fails, it is not asked again: there might be a second token', async () => {
  next = (_, { grant_type: grant }) =>
    grant === 'client_credentials' ? [200, { access_token: 'FAKE-own' }] : [503, {}];
  const { exchange } = box(clientOf(), CREDENTIALS);
  const answer = await exchange({ resource: 'https://api.box.com/2.0/files/1', scope: 'a' });
  assert.equal(answer.status, 503);
  assert.equal(asked.map(kindOf).filter((one) => one.endsWith('token-exchange')).length, 1);
});

test('another subject token is asked for where the core reads that it is refused, and only there', async () => {
  const refusals = [
    [401, {}, true],
    [400, { error: 'invalid_grant' }, true],
    [403, { error: 'invalid_token' }, true],
    [401, { error: 'invalid_client' }, false],
    [400, { error: 'invalid_scope' }, false],
    [429, { error: 'invalid_grant' }, false],
  ];
  for (const [status, body, isAsked] of refusals) {
    let own = 0;
    next = (_, { grant_type: grant }) => {
      if (grant !== 'client_credentials') return [status, body];
      return [200, { access_token: `FAKE-own-${(own += 1)}`, expires_in: 3600 }];
    };
    const { exchange } = box(clientOf(), CREDENTIALS);
    await exchange({ resource: 'https://api.box.com/2.0/files/1', scope: 'a' });
    assert.equal(own, isAsked ? 2 : 1, `${status} ${JSON.stringify(body)}`);
  }
});

test('many who meet a dead subject token share one refresh under the lock', async () => {
  let minted = 0;
  next = (_, fields) => {
    if (fields.grant_type === 'client_credentials') {
      return [200, { access_token: `FAKE-own-${(minted += 1)}`, expires_in: 3600 }];
    }
    if (fields.subject_token === 'FAKE-own-1') return [401, { error: 'invalid_token' }];
    return [200, { access_token: 'FAKE-child' }];
  };
  let locks = 0;
  const lock = (work) => {
    locks += 1;
    return work();
  };
  const client = clientOf();
  await client.auth.retrieveToken(client.networkSession);
  const { exchange } = box(client, { ...CREDENTIALS, lock });
  const wanted = { resource: 'https://api.box.com/2.0/files/1', scope: 'a' };
  const answers = await Promise.all([1, 2, 3].map(() => exchange(wanted)));
  assert.deepEqual(answers.map(({ status }) => status), [200, 200, 200]);
  assert.deepEqual([minted, locks], [2, 1]);
});

test('whoever has waited for a lock longer than the patience mints nothing', async () => {
  next = (_, { grant_type: grant }) =>
    grant === 'client_credentials' ? [200, { access_token: 'FAKE-own' }] : [401, {}];
  const control = new AbortController();
  const lock = (work) => {
    control.abort();
    return work();
  };
  const { exchange, revoke } = box(clientOf(), { ...CREDENTIALS, lock });
  const wanted = { resource: 'https://api.box.com/2.0/files/1', scope: 'a' };
  await assert.rejects(exchange(wanted, { signal: control.signal }));
  const kinds = asked.map(kindOf);
  assert.deepEqual(kinds, ['/oauth2/token client_credentials', '/oauth2/token token-exchange']);
  await assert.rejects(exchange({ ...wanted, subject: 'FAKE-subject' }, { signal: control.signal }));
  await assert.rejects(revoke('FAKE-token', { signal: control.signal }));
  assert.equal(asked.length, 2);
});

test('where the own token cannot be had, no token can have been minted', async () => {
  for (const status of [401, 503]) {
    next = () => [status, {}];
    const { exchange } = box(clientOf(), CREDENTIALS);
    const wanted = { resource: 'https://api.box.com/2.0/files/1', scope: 'a' };
    await assert.rejects(exchange(wanted), { word: 'unavailable' });
  }
});
