// Tokens stay where they belong: in JavaScript strings that the caller gets, in
// the Authorization header, in the body of a revoke. Every other place that a
// page has is searched for them.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { beforeEach, test } from 'node:test';

import { heapSnapshot, noSnapshots } from './support/heap.mjs';
import { ledgerWhen } from './support/ledger.mjs';
import { openPage, setUp } from './support/page.mjs';
import { startRelay } from './support/relay.mjs';

// Everything that the page sends passes through the relays.
const stage = setUp({}, async ({ server }) => ({
  toApp: await startRelay(server.app),
  toApi: await startRelay(server.api),
}));

beforeEach(() => {
  const { toApp, toApi } = stage;
  stage.tokens = [];
  for (const { requests } of [toApp, toApi]) requests.length = 0;
});

test('no token is ever in the memory of WebAssembly', async () => {
  await liveALife({ watching: true });
  const { found, scans, control } = await stage.page.evaluate(() => {
    const { found, scans, secrets } = memoryProbe;
    const seen = { found: [...found], scans };
    const control = [...secrets].map((secret) => {
      const before = found.length;
      memoryProbe.plant(`…${secret.slice(9, 21)}…`);
      const ascii = found.length - before;
      memoryProbe.plant(Array.from(secret.slice(9, 21)).join('\0'));
      return [ascii, found.length - before - ascii];
    });
    return { ...seen, control };
  });
  assert.deepEqual(found, []);
  assert.ok(scans > 200, `${scans} scans`);
  assert.ok(control.every(([ascii, utf16]) => ascii > 0 && utf16 > 0), 'it finds twelve characters of one');
});

test('no token is in an error, an event, a state or a copy of any object', async () => {
  const texts = await liveALife();
  assertNoTokens(texts, 'what the SDK gave');
});

test('no token is in the console, in storage, in the address or in the document', async () => {
  const { page, context, server } = stage;
  await liveALife();
  const places = await page.evaluate(async () => ({
    local: JSON.stringify(localStorage),
    session: JSON.stringify(sessionStorage),
    cookie: document.cookie,
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
    address: location.href,
    state: JSON.stringify(history.state),
    name: window.name,
    document: document.documentElement.outerHTML,
    entries: JSON.stringify(performance.getEntries()),
  }));
  const { local, session, cookie, databases, caches, state, name } = places;
  assert.deepEqual(
    { local, session, cookie, databases, caches, state, name },
    { local: '{}', session: '{}', cookie: '', databases: [], caches: [], state: 'null', name: '' },
  );
  assertNoTokens([places.address, places.document, places.entries], 'the page');
  assertNoTokens(await said(), 'the console');
  const cookies = (await context.cookies()).map((one) => [one.name, one.httpOnly]);
  assert.deepEqual(cookies, [['demo_session', true]], 'the app’s own, and no other');
  const ledger = await server.ledger();
  assertNoTokens([JSON.stringify(ledger)], 'the ledger');
});

test('a token travels in the Authorization header and in revokes, and nowhere else', async () => {
  await liveALife();
  const carriers = new Set();
  for (const { url, headers, body } of [...stage.toApp.requests, ...stage.toApi.requests]) {
    const { authorization = '', ...others } = headers;
    const { pathname, origin } = new URL(url);
    assertNoTokens([url, JSON.stringify(others)], 'an address or a header');
    if (holdsToken(authorization)) carriers.add(`Authorization, ${origin}`);
    if (holdsToken(body)) carriers.add(`body, ${origin}${pathname}`);
  }
  const { app, api } = stage.server;
  assert.deepEqual([...carriers].sort(), [`Authorization, ${api}`, `body, ${app}/api/revoke`]);
});

test('after close() no token is left on the heap of the page', { skip: noSnapshots }, async () => {
  const { context, page, server } = stage;
  stage.tokens = await page.evaluate(async () => {
    globalThis.client = await fixture.open();
    globalThis.grant = fixture.grantFor(client);
    const tokens = [await grant.token()];
    await grant.fetch(fixture.fileUrl('101'));
    return [...tokens, await grant.token({ forceRefresh: true })];
  });
  assert.equal(tokensOnHeap(await heapSnapshot(context, page)).length, 2, 'the search finds those in use');

  await page.evaluate(() => client.close());
  await ledgerWhen(server, ({ live }) => live === 0);
  assert.deepEqual(tokensOnHeap(await heapSnapshot(context, page)), []);
});

const HOSTILE = {
  'an error body that repeats the token': (token) =>
    Response.json({ error: token, error_description: token, type: token }, { status: 400 }),
  'an error object that repeats the token': (token) =>
    Response.json({ error: { code: token, message: token, details: [token] } }, { status: 503 }),
  'problem details that repeat the token': (token) =>
    Response.json({ type: `https://app.example/${token}`, title: token, detail: token }, { status: 403 }),
  'an error page that shows the token': (token) =>
    new Response(`<p>${token}</p>`, { status: 500, headers: { 'retry-after': token } }),
  'broken JSON with the token in it': (token) => new Response(`{"access_token":"${token}`),
  'JSON with the token in the wrong place': (token) => Response.json({ token, expires_in: token }),
  'a life that is the token': (token) => Response.json({ access_token: token, expires_in: token }),
  'a type that is the token': (token) => Response.json({ access_token: token, token_type: token }),
  'a token that is none, because of one character': (token) =>
    Response.json({ access_token: `${token} `, expires_in: 3600 }),
  'a thrown error whose message has the token': (token) => {
    throw Object.assign(new Error(`failed with ${token}`), { status: 401, error: token, code: token });
  },
  'a thrown token': (token) => {
    throw token;
  },
};

test('answers that put the token where it does not belong are not passed on', async () => {
  const token = randomBytes(20).toString('hex');
  stage.tokens = [token];
  await openProbedPage();
  for (const [name, answer] of Object.entries(HOSTILE)) {
    const { texts, found } = await stage.page.evaluate(
      async ({ token, source }) => {
        memoryProbe.expect(token);
        const answer = (0, eval)(`(${source})`);
        const client = await fixture.open({ getToken: () => answer(token), revokeEndpoint: undefined });
        const grant = fixture.grantFor(client);
        const told = fixture.tellAll(client);
        const error = await grant.token({ timeout: 500 }).catch((error) => error);
        const texts = [...told, ...fixture.everythingIn(error), ...fixture.everythingIn(grant)];
        await client.close();
        memoryProbe.scan('afterwards');
        return { texts, found: memoryProbe.found };
      },
      { token, source: String(answer) },
    );
    assert.ok(texts.some((text) => text.startsWith('TokenError')), `${name} is an error`);
    assertNoTokens(texts, name);
    assert.deepEqual(found, [], `${name}: in the memory of WebAssembly`);
  }
  assertNoTokens(await said(), 'the console');
});

/** The page with the probe, whose WebAssembly memory can be watched. */
async function openProbedPage() {
  const { page, toApp } = stage;
  await openPage(stage, { page, name: 'probed.html', origin: toApp.origin });
}

/** What the probed page has put into the console. */
const said = () => stage.page.evaluate(() => memoryProbe.said);

/** Everything that can happen to a token; gives every text that came of it. */
async function liveALife({ watching = false } = {}) {
  await openProbedPage();
  const { page, server } = stage;
  const setting = { watching, api: stage.toApi.origin };
  const texts = await page.evaluate(async ({ watching, api }) => {
    memoryProbe.watching = watching;
    globalThis.client = await fixture.open({ allowedOrigins: [api] });
    globalThis.grant = fixture.grantFor(client);
    globalThis.told = fixture.tellAll(client);
    globalThis.file = grant.resource.replace(fixture.api, api);
    const texts = [];
    await grant.token();
    await grant.fetch(file);
    texts.push(...fixture.everythingIn(client), ...fixture.everythingIn(grant));
    grant.reject(await grant.token());
    await grant.token({ forceRefresh: true });
    return texts;
  }, setting);
  await server.expire();
  texts.push(
    ...(await page.evaluate(async () => {
      const texts = [];
      // Longer than a second refusal would keep the token.
      fixture.advance(31_000);
      const refusals = [
        () => grant.fetch('https://elsewhere.example/'),
        () => grant.token({ signal: AbortSignal.abort() }),
        () => grant.token({ timeout: 0 }),
        () => grant.fetch(file, { method: 'no method' }),
      ];
      for (const refused of refusals) {
        const error = await Promise.resolve().then(refused).catch((error) => error);
        texts.push(...fixture.everythingIn(error));
      }
      await grant.fetch(file);
      await fetch('/api/logout', { method: 'POST' });
      const error = await grant.token({ forceRefresh: true }).catch((error) => error);
      texts.push(...fixture.everythingIn(error), ...fixture.everythingIn(grant));
      await fetch('/api/login', { method: 'POST' });
      client.resume();
      await grant.token();
      texts.push(...fixture.everythingIn(await grant.revoke()));
      await grant.token();
      texts.push(...fixture.everythingIn(await client.close()));
      texts.push(...fixture.everythingIn(client), ...fixture.everythingIn(grant), ...told);
      memoryProbe.scan('after close()');
      return texts;
    })),
  );
  const { tokens } = await ledgerWhen(server, ({ live }) => live === 0);
  stage.tokens = await page.evaluate(() => [...memoryProbe.secrets]);
  assert.equal(tokens.length, 4);
  assert.deepEqual(
    stage.tokens.map(fingerprintOf).sort(),
    tokens.map(({ fingerprint }) => fingerprint).sort(),
    'the probe knew each of them',
  );
  return texts;
}

/** Twelve characters of a token are as bad as all of it. */
function holdsToken(text) {
  for (const token of stage.tokens) {
    for (let start = 0; start + 12 <= token.length; start += 1) {
      if (text.includes(token.slice(start, start + 12))) return true;
    }
  }
  return false;
}

function assertNoTokens(texts, where) {
  for (const text of texts) assert.ok(!holdsToken(text), `${where}: ${text.slice(0, 500)}`);
}

const tokensOnHeap = (snapshot) => stage.tokens.filter((token) => snapshot.includes(token));

/** As the server's ledger names a token. */
const fingerprintOf = (token) => createHash('sha256').update(token).digest('hex').slice(0, 8);
