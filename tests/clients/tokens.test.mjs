// Clients that send the token themselves: those that ask for one, keep one until it
// expires, or are given each.

import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, test } from 'node:test';

import { openClient } from '../package/support/client.mjs';
import { startApi } from './support/api.mjs';
import { listen } from './support/listen.mjs';
import { installPackage, recipe } from './support/recipes.mjs';

const GRANT = { resource: 'https://api.example/', scopes: ['read'] };

let client;
let grant;
let requests;
before(installPackage);
beforeEach(async () => {
  ({ client, requests } = await openClient());
  grant = client.grant(GRANT);
});
afterEach(() => client.close());

/** A client whose tokens can be read (JWT), as some want to; good for an hour. */
async function openReadable() {
  await client.close();
  let made = 0;
  ({ client, requests } = await openClient(() => ({ access_token: readable((made += 1)) })));
  grant = client.grant(GRANT);
}

const readable = (number) =>
  [{ alg: 'none' }, { exp: Math.round(Date.now() / 1000) + 3600, jti: String(number) }, number]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');

test("Azure's pipeline sends with the token, and keeps it until it expires", async () => {
  const { createEmptyPipeline, createHttpHeaders, createPipelineRequest } = await import('@azure/core-rest-pipeline');
  const { azurePolicyWith } = await recipe('azure');
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(azurePolicyWith(grant));
  const sent = [];
  const network = {
    sendRequest: async (request) => {
      sent.push(request.headers.get('authorization'));
      return { request, status: 200, headers: createHttpHeaders() };
    },
  };
  for (let times = 0; times < 2; times += 1) {
    await pipeline.sendRequest(network, createPipelineRequest({ url: 'https://api.example/' }));
  }
  assert.deepEqual(sent, ['Bearer FAKE-1', 'Bearer FAKE-1']);
});

test("Azure's pipeline gets another token where the resource wants claims", async () => {
  const { createEmptyPipeline, createHttpHeaders, createPipelineRequest } = await import('@azure/core-rest-pipeline');
  const { azurePolicyWith } = await recipe('azure');
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(azurePolicyWith(grant));
  const sent = [];
  const challenge = `Bearer realm="", error="insufficient_claims", claims="${btoa('{"access_token":{}}')}"`;
  const network = {
    sendRequest: async (request) => {
      sent.push(request.headers.get('authorization'));
      const isRefused = sent.length === 1;
      const headers = createHttpHeaders(isRefused ? { 'WWW-Authenticate': challenge } : {});
      return { request, status: isRefused ? 401 : 200, headers };
    },
  };
  const { status } = await pipeline.sendRequest(network, createPipelineRequest({ url: 'https://api.example/' }));
  assert.equal(status, 200);
  assert.deepEqual(sent, ['Bearer FAKE-1', 'Bearer FAKE-2']);
});

test("Azure Communication's credential takes token and expiry", async () => {
  const { communicationWith } = await recipe('azure-communication');
  const credential = communicationWith(grant);
  const { token, expiresOnTimestamp } = await credential.getToken();
  assert.equal(token, 'FAKE-1');
  assert.ok(expiresOnTimestamp > 0);
  credential.dispose();
});

test('Ably sends with the token', async (context) => {
  const seen = [];
  const server = await listen((request, response) => {
    seen.push(Buffer.from(request.headers.authorization.slice(7), 'base64').toString());
    response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
  });
  context.after(server.close);
  const { ablyWith } = await recipe('ably');
  const local = { endpoint: '127.0.0.1', port: server.port, tls: false, useBinaryProtocol: false };
  const page = await ablyWith(grant, local).channels.get('news').history();
  assert.deepEqual(page.items, []);
  assert.deepEqual(seen, ['FAKE-1']);
});

test("LiveKit's source gives the token, and asks for no other while that is good", async () => {
  await openReadable();
  const { liveKitWith } = await recipe('livekit');
  const source = liveKitWith(grant, 'wss://live.example');
  const first = await source.fetch({});
  assert.deepEqual(first, { serverUrl: 'wss://live.example', participantToken: grant.peek() });
  await source.fetch({});
  assert.equal(requests.length, 1);
});

test('PubNub has each token as soon as it is there, until the signal', async () => {
  const { default: PubNub } = await import('pubnub');
  const { followPubNub } = await recipe('pubnub');
  const pubnub = new PubNub({ subscribeKey: 'sub-c-fake', userId: 'user' });
  const { setToken } = pubnub;
  let told = () => {};
  pubnub.setToken = (token) => {
    setToken.call(pubnub, token);
    told();
  };
  const next = () => new Promise((resolve) => (told = resolve));
  const controller = new AbortController();

  const first = next();
  const followed = followPubNub(grant, pubnub, controller.signal);
  await first;
  assert.equal(pubnub.getToken(), 'FAKE-1');
  const second = next();
  await grant.token({ forceRefresh: true });
  await second;
  assert.equal(pubnub.getToken(), 'FAKE-2');
  controller.abort();
  await followed;
  pubnub.destroy();
});

test('tus sends with the token, and once more with another after a 401', async (context) => {
  const seen = [];
  const server = await listen(async (request, response) => {
    await request.toArray();
    const token = request.headers.authorization.slice(7);
    const status = token === 'FAKE-1' ? 401 : request.method === 'POST' ? 201 : 204;
    seen.push(`${request.method} ${token} ${status}`);
    const headers = { 'tus-resumable': '1.0.0', location: '/1', 'upload-offset': '4' };
    response.writeHead(status, headers).end();
  });
  context.after(server.close);
  const { uploadWith } = await recipe('tus');
  await new Promise((resolve, reject) => {
    const upload = uploadWith(grant, Buffer.from('file'), `${server.origin}/`);
    Object.assign(upload.options, { onSuccess: resolve, onError: reject, retryDelays: [0], uploadSize: 4 });
    upload.start();
  });
  assert.deepEqual(seen, ['POST FAKE-1 401', 'POST FAKE-2 201', 'PATCH FAKE-2 204']);
});

test('tus tries again what it would by itself, and replaces a token once for each refusal', async (context) => {
  const answers = ['POST 503', 'POST 401', 'POST 409', 'POST 201', 'PATCH 423', 'HEAD 401', 'HEAD 200', 'PATCH 401', 'HEAD 200', 'PATCH 204'];
  const seen = [];
  const server = await listen(async (request, response) => {
    await request.toArray();
    const [, status] = answers[seen.length].split(' ');
    seen.push(`${request.method} ${status}`);
    const offset = request.method === 'HEAD' ? '0' : '4';
    const headers = { 'tus-resumable': '1.0.0', location: '/1', 'upload-offset': offset, 'upload-length': '4' };
    response.writeHead(Number(status), headers).end();
  });
  context.after(server.close);
  const { uploadWith } = await recipe('tus');
  await new Promise((resolve, reject) => {
    const upload = uploadWith(grant, Buffer.from('file'), `${server.origin}/`);
    Object.assign(upload.options, { onSuccess: resolve, onError: reject, retryDelays: Array(9).fill(0), uploadSize: 4 });
    upload.start();
  });
  assert.deepEqual(seen, answers);
});

test('the callbacks of Azure Maps and of the Autodesk viewer get the token, and the latter its seconds', async () => {
  const { autodeskOptions, azureMapsAuth } = await recipe('callbacks');
  const token = await new Promise((resolve, reject) => azureMapsAuth(grant).getToken(resolve, reject));
  assert.equal(token, 'FAKE-1');
  const [given, seconds] = await new Promise((resolve) => {
    autodeskOptions(grant).getAccessToken((...all) => resolve(all));
  });
  assert.equal(given, 'FAKE-1');
  assert.ok(seconds > 0 && seconds <= 3601);
});

test('a hook that cannot wait has the token at hand, and sends it nowhere else', async () => {
  const { mapboxOptions } = await recipe('hook');
  const controller = new AbortController();
  const { transformRequest } = mapboxOptions(grant, controller.signal);
  await grant.token();
  const tile = 'https://api.example/1/1/1.png';
  assert.deepEqual(transformRequest(tile), { url: tile, headers: { Authorization: 'Bearer FAKE-1' } });
  const elsewhere = 'https://tiles.example/1/1/1.png';
  assert.deepEqual(transformRequest(elsewhere), { url: elsewhere });
  controller.abort();
});

test('five requests of box-node-sdk that are refused together cost one exchange', async (context) => {
  const { boxTokens } = await import('downscope/box');
  const { boxClientWith } = await recipe('box-node-sdk');
  const api = await startApi({ type: 'user', id: '1' });
  context.after(api.close);
  api.refused.add('FAKE-1');
  const box = boxTokens(client, { scopes: ['base_explorer'] });
  const sdk = boxClientWith(box).withCustomBaseUrls({ baseUrl: api.origin, uploadUrl: api.origin, oauth2Url: api.origin });
  const users = await Promise.all(Array.from({ length: 5 }, () => sdk.users.getUserMe()));
  assert.deepEqual(new Set(users.map(({ id }) => id)), new Set(['1']));
  const outcomes = (token) => api.seen.filter((one) => one.startsWith(token)).length;
  assert.deepEqual([outcomes('FAKE-1 401'), outcomes('FAKE-2 200')], [5, 5]);
  assert.equal(requests.length, 2);
});
