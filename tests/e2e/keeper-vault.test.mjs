// A page whose tokens are held on an origin of its own.

import assert from 'node:assert/strict';

import { engine } from './support/browser.mjs';
import { crash } from './support/crash.mjs';
import { heapSnapshot, noSnapshots } from './support/heap.mjs';
import { fileBy, heardSecrets, installHooks, openKept, testOn, testOperations, testPolicy } from './support/kept.mjs';
import { allRevoked, goneWhen, ledgerWhen, reasonsOf } from './support/ledger.mjs';
import { addressOf, follow, setUp, until } from './support/page.mjs';
import { plantSpy, removeSpy, seenBySpy } from './support/spy.mjs';

const stage = setUp({}, undefined, { vault: 'tests/e2e/vault' });

const open = (options) => openKept(stage, { vault: stage.server.vault, ...options });
const test = testOn(stage);

/** No relay can see what the vault was told: the names of what it would be are enough. */
const SECRETS = ['access_token', 'revocation_handle', 'Bearer ', 'session='].map((text) => [text, text]);

testOperations(stage, open);
testPolicy(stage, open);

test('a script in the page cannot get a token of its own, in any way that it can ask', async () => {
  const page = await open();
  assert.equal(await fileBy(page), 200);
  const before = (await stage.server.ledger()).tokens.length;
  const seen = await page.evaluate(async () => {
    const body = JSON.stringify({ scope: 'base_preview', resource: fixture.fileUrl('101'), session: 'a'.repeat(32), id: '1' });
    const ask = async (origin, init) => {
      try {
        const response = await fetch(`${origin}/api/token`, { method: 'POST', body, credentials: 'include', ...init });
        return response.type === 'opaque' ? 'opaque' : response.status;
      } catch ({ name }) {
        return name;
      }
    };
    const headers = { 'content-type': 'application/json', 'X-Downscope': '1' };
    return {
      own: await ask(location.origin, { headers }),
      vault: await ask(fixture.vault, { headers }),
      simple: await ask(fixture.vault, { mode: 'no-cors' }),
    };
  });
  // There is none on the app's own origin, and the vault's answers nobody else.
  assert.deepEqual(seen, { own: 405, vault: 'TypeError', simple: 'opaque' });
  assert.equal((await stage.server.ledger()).tokens.length, before);
});

test('a form and a frame that a script sends to the vault bring nothing', async () => {
  const page = await open();
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        const frame = Object.assign(document.createElement('iframe'), { name: 'asked', hidden: true });
        const form = document.createElement('form');
        Object.assign(form, { method: 'POST', action: `${fixture.vault}/api/token`, target: 'asked', enctype: 'text/plain' });
        document.body.append(frame, form);
        frame.onload = resolve;
        form.submit();
      }),
  );
  assert.equal((await stage.server.ledger()).tokens.length, 0);
});

test('late hooks in the page see no token, no handle and no answer of the backend', async () => {
  await stage.server.faults({ handles: true });
  const page = await open();
  await installHooks(page);
  assert.equal(await fileBy(page), 200);
  await stage.server.expire();
  assert.equal(await fileBy(page), 200);
  const { requests } = await stage.server.ledger();
  assert.equal(requests.token, 2);
  const { leaks, places } = await heardSecrets(page, SECRETS);
  assert.deepEqual(leaks, []);
  assert.ok(places.length >= 8, `hooks that heard anything: ${places}`);
});

test('hooks that were there before the client see nothing of it either', async () => {
  await stage.server.faults({ handles: true });
  const page = await open({ client: false });
  await installHooks(page);
  await page.evaluate(async () => {
    globalThis.client = await fixture.open();
  });
  assert.equal(await fileBy(page), 200);
  const { leaks } = await heardSecrets(page, SECRETS);
  assert.deepEqual(leaks, []);
});

test('a service worker that a script has registered sees nothing of what the vault does', async () => {
  const page = await open({ client: false });
  try {
    await plantSpy(page);
    await page.evaluate(async () => {
      globalThis.client = await fixture.open();
    });
    assert.equal(await fileBy(page), 200);
    const { requests } = await stage.server.ledger();
    assert.deepEqual([requests.token, requests.file], [1, 1]);
    const seen = await seenBySpy(page);
    assert.ok(seen.some(({ url }) => url.endsWith('/t/kept.js')), 'what the page itself asks for it does see');
    const others = seen.filter(({ url, authorization }) => authorization || new URL(url).origin !== stage.server.app);
    assert.deepEqual(others, []);
    assert.ok(!seen.some(({ url }) => url.includes('/api/')));
  } finally {
    await removeSpy(page);
  }
});

test('no token is on the heap of the page: the vault has a process of its own', { skip: noSnapshots }, async () => {
  const { context } = stage;
  const page = await open();
  const asked = page.waitForRequest(`${stage.server.api}/**`);
  assert.equal(await fileBy(page), 200);
  const { authorization } = await (await asked).allHeaders();
  const token = authorization.slice('Bearer '.length);
  assert.equal(token.length, 40);
  assert.ok((await heapSnapshot(context, vaultOf(page))).includes(token), 'it is on the vault’s');
  assert.ok(!(await heapSnapshot(context, page)).includes(token));
});

test('a page of another origin is not served, and cannot even hold the frame', async () => {
  const { page, server } = stage;
  // Another host is another origin, and another site.
  const elsewhere = server.app.replace('127.0.0.1', 'localhost');
  const opened = await openKept(stage, { page, vault: server.vault, origin: elsewhere, client: false });
  const { connected } = await opened.evaluate(async () => {
    const frame = Object.assign(document.createElement('iframe'), { src: `${fixture.vault}/` });
    const { port1, port2 } = new MessageChannel();
    const heard = new Promise((resolve) => {
      port1.onmessage = () => resolve(true);
    });
    const loaded = new Promise((resolve) => {
      frame.onload = resolve;
    });
    document.body.append(frame);
    await loaded;
    frame.contentWindow.postMessage('downscope connect', '*', [port2]);
    const own = new MessageChannel();
    // As long as a message there and back takes, twice.
    const turn = () => new Promise((resolve) => {
      own.port1.onmessage = resolve;
      own.port2.postMessage(0);
    });
    await turn();
    return { connected: await Promise.race([heard, turn().then(turn).then(() => false)]) };
  });
  assert.equal(connected, false);
  assert.equal((await server.ledger()).tokens.length, 0);
});

test('a frame in the middle of the page is no page: what it says to the vault is refused', async () => {
  const page = await open();
  assert.equal(await fileBy(page), 200);
  const refused = await page.evaluate(
    () =>
      new Promise((resolve) => {
        addEventListener('message', ({ origin, data }) => {
          if (origin === fixture.vault && data.reason === 'sender') resolve(data);
        });
        const inner = document.createElement('iframe');
        document.body.append(inner);
        const script = inner.contentDocument.createElement('script');
        script.src = '/t/intruder.js';
        inner.contentDocument.body.append(script);
      }),
  );
  assert.equal(refused.reason, 'sender');
  assert.equal(await fileBy(page), 200, 'its own channel is as it was');
});

test('a second connection and a second configuration are refused', async () => {
  const page = await open();
  const told = await page.evaluate(
    () =>
      new Promise((resolve) => {
        addEventListener('message', ({ origin, data }) => origin === fixture.vault && resolve(data));
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve('answered');
        document.querySelector('iframe').contentWindow.postMessage('downscope connect', fixture.vault, [port2]);
      }),
  );
  assert.deepEqual(told, { reason: 'connection', count: 1, again: 'invalid_options' });
});

test('the page closes, and the vault ends its tokens itself', async () => {
  const page = await open();
  assert.equal(await fileBy(page, '101'), 200);
  assert.equal(await fileBy(page, '102'), 200);
  await page.close();
  await allRevoked(stage.server, 2, 'unload');
});

test('a reload and a link elsewhere leave nothing alive', async () => {
  const page = await open();
  assert.equal(await fileBy(page), 200);
  await page.reload();
  await until(page, () => 'fixture' in globalThis);
  await goneWhen(stage.server, ({ tokens, live }) => tokens.length === 1 && live === 0);
  await page.evaluate(async () => {
    globalThis.client = await fixture.open();
  });
  assert.equal(await fileBy(page), 200);
  await follow(page, addressOf(stage, 'empty.html'));
  await goneWhen(stage.server, ({ tokens, live }) => tokens.length === 2 && live === 0);
});

const notCached = engine === 'firefox' && 'Firefox has not kept a page with a vault there, in any of three tries';

test('a page that comes back from the back/forward cache has its vault as it was, and another token', { skip: notCached }, async () => {
  const page = await open();
  assert.equal(await fileBy(page), 200);
  for (const trips of [1, 2]) {
    await follow(page, addressOf(stage, 'empty.html'));
    const away = await goneWhen(stage.server, ({ live }) => live === 0);
    assert.deepEqual(reasonsOf(away), Array(trips).fill('bfcache'));
    await page.goBack({ waitUntil: 'commit' });
    await until(page, () => 'fixture' in globalThis);
    assert.ok(await page.evaluate(() => 'client' in globalThis), 'the page was in the cache');
    assert.equal(await fileBy(page), 200);
    const { requests, tokens } = await stage.server.ledger();
    assert.deepEqual([requests.token, requests.file, tokens.length], [trips + 1, trips + 1, trips + 1]);
  }
});

const noCrash = engine !== 'chromium' && 'only Chromium’s driver has a page crash';

test('a page whose process crashes has its tokens revoked by its vault, which has a process of its own', { skip: noCrash }, async () => {
  const page = await open();
  assert.equal(await fileBy(page), 200);
  await crash(page);
  await allRevoked(stage.server, 1, 'unload');
});

test('a frame that a script removes ends its tokens, and the next request has another', async () => {
  const page = await open();
  assert.equal(await fileBy(page), 200);
  await page.evaluate(() => document.querySelector('iframe').remove());
  await ledgerWhen(stage.server, ({ live }) => live === 0);
  assert.equal(await fileBy(page), 200);
});

test('a client whose frame a script has removed closes at once, and does not say that its tokens have ended', async () => {
  const page = await open();
  assert.equal(await fileBy(page), 200);
  const result = await page.evaluate(async () => {
    document.body.replaceChildren();
    return client.close();
  });
  assert.deepEqual(result, { tokens: 0, confirmed: false });
  await ledgerWhen(stage.server, ({ live }) => live === 0);
});

test('the vault says who may hold it, and keeps to itself', async () => {
  const { app, api, vault } = stage.server;
  const response = await fetch(`${vault}/`);
  const policy = response.headers.get('content-security-policy');
  assert.match(policy, new RegExp(`frame-ancestors ${app}$`));
  assert.ok(policy.includes(`connect-src 'self' ${api};`));
  assert.equal(response.headers.get('origin-agent-cluster'), '?1');
  for (const site of ['same-site', 'cross-site', 'none']) {
    const refused = await fetch(`${vault}/api/token`, {
      method: 'POST',
      body: '{}',
      headers: { 'sec-fetch-site': site, origin: app, 'x-downscope': '1' },
    });
    assert.equal(refused.status, 403, site);
  }
});

/** The vault's frame, in Chromium. */
const vaultOf = (page) => page.frames().find((frame) => frame.url().startsWith(stage.server.vault));
