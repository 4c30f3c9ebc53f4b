// A page whose tokens are held in a dedicated worker.

import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';

import { engine } from './support/browser.mjs';
import { crash } from './support/crash.mjs';
import { heapSnapshot, noSnapshots } from './support/heap.mjs';
import { fileBy, heardSecrets, installHooks, openKept, secretsOf, testOn, testOperations, testPolicy } from './support/kept.mjs';
import { allRevoked, goneWhen, ledgerWhen, reasonsOf } from './support/ledger.mjs';
import { addressOf, follow, openPage, setUp, until } from './support/page.mjs';
import { startRelay } from './support/relay.mjs';
import { plantSpy, removeSpy, seenBySpy } from './support/spy.mjs';

const stage = setUp({}, async ({ server }) => ({ toApp: await startRelay(server.app) }));

beforeEach(async () => {
  await stage.server.faults({ handles: true });
  stage.toApp.requests.length = 0;
});

const open = (options) => openKept(stage, options);
const test = testOn(stage);

testOperations(stage, open);
testPolicy(stage, open);

test('late hooks in the page see no token, no handle and no answer of the backend', async () => {
  const page = await open({ origin: stage.toApp.origin, client: false });
  await page.evaluate(async () => {
    globalThis.client = await fixture.open();
    globalThis.grant = fixture.grantFor(client);
  });
  await installHooks(page);
  assert.equal(await fileBy(page), 200);
  await stage.server.expire();
  assert.equal(await fileBy(page), 200);
  const secrets = secretsOf(stage.toApp.requests);
  assert.deepEqual(
    secrets.map(([name]) => name),
    ['token', 'answer', 'handle', 'token', 'answer', 'handle'],
  );
  const { leaks, places } = await heardSecrets(page, secrets);
  assert.deepEqual(leaks, []);
  assert.ok(places.length >= 8, `hooks that heard anything: ${places}`);
});

test('hooks that were there before the client see handles, and no token and no answer either', async () => {
  const page = await open({ origin: stage.toApp.origin, client: false });
  await installHooks(page);
  await page.evaluate(async () => {
    globalThis.client = await fixture.open();
  });
  assert.equal(await fileBy(page), 200);
  const { leaks } = await heardSecrets(page, secretsOf(stage.toApp.requests));
  assert.ok(leaks.length > 0 && leaks.every((leak) => leak.endsWith(': handle')), `${leaks}`);
});

test('the hooks hear a token where the page holds it itself', async () => {
  const page = await openPage(stage, { page: stage.page, origin: stage.toApp.origin });
  await page.evaluate(async () => {
    globalThis.client = await fixture.open();
    globalThis.grant = fixture.grantFor(client);
  });
  await installHooks(page);
  await page.evaluate(async () => (await grant.fetch(fixture.fileUrl('101'))).text());
  const { leaks } = await heardSecrets(page, secretsOf(stage.toApp.requests));
  assert.ok(leaks.includes('fetch: token'), `${leaks}`);
});

test('no token and no answer of the backend is on the heap of the page, while they are in use', { skip: noSnapshots }, async () => {
  const page = await open({ origin: stage.toApp.origin });
  assert.equal(await fileBy(page), 200);
  const heap = await heapSnapshot(stage.context, page);
  const onHeap = secretsOf(stage.toApp.requests).filter(([, secret]) => heap.includes(secret));
  // The page names it at its end.
  assert.deepEqual(onHeap.map(([name]) => name), ['handle']);
});

test('a service worker that a script has registered sees all of it, and can put another keeper in its place', async () => {
  const page = await open({ origin: stage.toApp.origin, client: false });
  try {
    await plantSpy(page);
    await page.evaluate(async () => {
      globalThis.client = await fixture.open();
    });
    assert.equal(await fileBy(page), 200);
    const [, secret] = secretsOf(stage.toApp.requests).find(([name]) => name === 'token');
    const seen = await seenBySpy(page);
    const asked = seen.find(({ url }) => new URL(url).pathname === '/api/token');
    assert.ok(asked.answer.includes(secret), 'the answer of the token endpoint');
    assert.ok(seen.some(({ authorization }) => authorization === `Bearer ${secret}`), 'the header');

    await removeSpy(page);
    await plantSpy(page, '?swap');
    const told = await page.evaluate(
      () =>
        new Promise((resolve) => {
          new BroadcastChannel('keeper of the tests').onmessage = ({ data }) => resolve(data);
          fixture.makeWorker('')();
        }),
    );
    assert.equal(told, 'not the app’s');
  } finally {
    await removeSpy(page);
  }
});

test('the page names the handles as it closes, in one request, and no token lives on', async () => {
  const page = await open();
  assert.equal(await fileBy(page, '101'), 200);
  assert.equal(await fileBy(page, '102'), 200);
  await page.close();
  await allRevoked(stage.server, 2, 'unload');
});

test('what a script has put on Object.prototype changes nothing of the last request', async () => {
  const page = await open();
  assert.equal(await fileBy(page), 200);
  await page.evaluate(() => {
    const init = { method: 'GET', mode: 'no-cors', credentials: 'omit', signal: AbortSignal.abort(), keepalive: false, body: 'a' };
    Object.assign(Object.prototype, init, { headers: { 'x-evil': '1' }, referrer: '', window: null });
    for (const name of ['handle', 'session']) Object.defineProperty(Object.prototype, name, { get: () => 'evil', set() {} });
  });
  await page.close();
  await allRevoked(stage.server, 1, 'unload');
});

test('a page that is written anew, which takes its listeners away, still names the handles', async () => {
  const page = await open();
  assert.equal(await fileBy(page), 200);
  await page.evaluate(() => {
    document.open();
    document.write('<p>new');
    document.close();
  });
  await page.close();
  await allRevoked(stage.server, 1, 'unload');
});

test('where others have used up what a leaving page may send, it names itself', async () => {
  const page = await open({ client: false });
  await page.evaluate(() => {
    const { fetch } = globalThis;
    const { sendBeacon } = navigator;
    const tooLong = (body) => String(body).length > 150;
    navigator.sendBeacon = (url, body) => !tooLong(body) && sendBeacon.call(navigator, url, body);
    globalThis.fetch = (url, init) => (init?.keepalive && tooLong(init.body) ? Promise.reject(new TypeError('quota')) : fetch(url, init));
  });
  await page.evaluate(async () => {
    globalThis.client = await fixture.open();
  });
  assert.equal(await fileBy(page, '101'), 200);
  assert.equal(await fileBy(page, '102'), 200);
  // Of a tab that is closed, Firefox cuts off such functions as they return.
  await follow(page, addressOf(stage, 'clock.js'));
  await goneWhen(stage.server, ({ live, tokens }) => tokens.length === 2 && live === 0);
});

test('a reload ends the worker with its tokens, and the next page begins anew', async () => {
  const page = await open();
  assert.equal(await fileBy(page), 200);
  await page.reload();
  await until(page, () => 'fixture' in globalThis);
  await allRevoked(stage.server, 1, 'unload');
});

test('a link elsewhere leaves nothing alive', async () => {
  const page = await open();
  assert.equal(await fileBy(page), 200);
  await follow(page, addressOf(stage, 'clock.js'));
  await goneWhen(stage.server, ({ tokens, live }) => tokens.length === 1 && live === 0);
});

test('a page that comes back has another worker, and gets another token', async () => {
  const page = await open();
  assert.equal(await fileBy(page), 200);
  await follow(page, addressOf(stage, 'empty.html'));
  await goneWhen(stage.server, ({ live }) => live === 0);
  await page.goBack({ waitUntil: 'commit' });
  await until(page, () => 'fixture' in globalThis);
  const isSame = await page.evaluate(() => 'client' in globalThis);
  if (isSame) assert.equal(await fileBy(page), 200);
  assert.ok(isSame || engine !== 'chromium', 'the page was in the back/forward cache');
});

test('a token that was on its way when the tab closed does not stay alive', async () => {
  const page = await open();
  await stage.server.faults({ token: { latencyMs: 20_000 } });
  await page.evaluate(() => {
    fixture.outcome(grant.fetch(fixture.fileUrl('101')));
  });
  await ledgerWhen(stage.server, ({ live }) => live === 1);
  await page.close();
  await allRevoked(stage.server, 1, 'unload');
});

const noCrash = engine !== 'chromium' && 'only Chromium’s driver has a page crash';

test('a page whose process crashes loses its tokens with their lease', { skip: noCrash }, async () => {
  const page = await open({ more: '&lease=1' });
  assert.equal(await fileBy(page), 200);
  const [{ session }] = (await stage.server.ledger()).tokens;
  await ledgerWhen(stage.server, ({ leases }) => leases.some((lease) => lease.session === session));
  await crash(page);
  const ledger = await ledgerWhen(stage.server, ({ live }) => live === 0);
  assert.deepEqual(reasonsOf(ledger), ['lapsed']);
});

test('a worker that a script has terminated leaves nothing alive once the page goes', async () => {
  const page = await open({ client: false });
  await page.evaluate(async () => {
    const workers = [];
    const { Worker: Real } = globalThis;
    globalThis.Worker = class extends Real {
      constructor(...given) {
        super(...given);
        workers.push(this);
      }
    };
    globalThis.client = await fixture.open();
    await (await fixture.grantFor(client).fetch(fixture.fileUrl('101'))).text();
    for (const worker of workers) worker.terminate();
  });
  await page.close();
  await allRevoked(stage.server, 1, 'unload');
});

test('without a handle a token is ended at once and never used, unless there is a lease', async () => {
  await stage.server.faults({ handles: false });
  const page = await open();
  const { error } = await page.evaluate(() => fixture.outcome(grant.fetch(fixture.fileUrl('101'))));
  assert.equal(error.code, 'request_refused');
  const { tokens, requests } = await ledgerWhen(stage.server, ({ live }) => live === 0);
  assert.deepEqual([tokens.length, requests.file], [1, 0]);

  const leased = await open({ more: '&lease=1' });
  assert.equal(await fileBy(leased), 200);
});

test('a worker file that could not revoke does not start, and the error says so', async () => {
  const page = await open({ client: false });
  const { error } = await page.evaluate(() => fixture.outcome(fixture.open('&without=revoke')));
  assert.equal(error.code, 'invalid_options');
  assert.match(error.message, /revokeEndpoint/);
});

test('a second connection, a second configuration and what is no message are refused and counted', async () => {
  const page = await open({ client: false });
  const seen = await page.evaluate(async () => {
    const told = [];
    const heard = new BroadcastChannel('keeper of the tests');
    heard.onmessage = ({ data }) => told.push(data);
    const worker = fixture.makeWorker('')();
    const connect = () => {
      const { port1, port2 } = new MessageChannel();
      worker.postMessage('downscope connect', [port2]);
      return port1;
    };
    const first = connect();
    const next = () => new Promise((resolve) => {
      first.onmessage = ({ data }) => resolve(data);
    });
    const ready = await next();
    const second = connect();
    second.onmessage = ({ data }) => told.push(['answered', data]);
    second.postMessage(['grant', 1, undefined, ['base_preview']]);
    // Whatever is none: shapes, numbers, prototypes, ports, a configuration.
    const forged = [
      undefined, null, 7, 'fetch', {}, [], ['configure', { grants: [] }], ['serve', {}], ['constructor'], ['__proto__'],
      ['toString'], ['grant', -1, undefined, ['a']], ['grant', 1.5, undefined, ['a']], ['grant', '1', undefined, ['a']],
      ['grant', 2, {}, ['a']], ['grant', 2, undefined, 'a'], ['grant', 2, undefined, Array(65).fill('a')],
      ['fetch', 1, 1, 'GET', 7, []], ['fetch', 1, 1, 'GET', 'a', [['a']]], ['fetch', 1, 1, 'GET', 'a', [], 'text'],
      ['fetch', NaN, 1, 'GET', 'a', []], ['revoke', 1, 99, false], ['revoke', 1, 0, 'true'], ['pull', 'a'],
    ];
    for (const message of forged) first.postMessage(message);
    worker.postMessage({ tokenEndpoint: '/evil' });
    const answers = [];
    let last;
    while (last?.[0] !== 'done') {
      first.postMessage(['revoke', 7, 0, false]);
      last = await next();
      answers.push(last);
    }
    return { ready, told, refused: answers.filter(([type]) => type === 'refused').map(([, reason]) => reason) };
  });
  assert.equal(seen.ready[0], 'ready');
  assert.ok(seen.told.some(({ reason }) => reason === 'connection'), JSON.stringify(seen.told));
  assert.ok(!seen.told.some((one) => Array.isArray(one)), 'the second port is never answered');
  assert.ok(seen.told.some(({ reason, count }) => reason === 'message' && count >= 16), JSON.stringify(seen.told));
  assert.ok(seen.told.every(({ again }) => again === 'invalid_options'), 'the second configuration');
  assert.equal((await stage.server.ledger()).requests.token, 0);
});

test('a body that is too long is refused', async () => {
  const page = await open();
  const { error } = await page.evaluate(() => {
    const wide = client.grant({ resource: fixture.fileUrl('101'), scopes: ['item_preview'] });
    return fixture.outcome(wide.fetch(`${fixture.api}/echo`, { method: 'POST', body: new Uint8Array(1_000_001) }));
  });
  assert.match(error.message, /^not_permitted: .* body$/);
});

test('grants have a bound, too', async () => {
  const page = await open();
  const codes = await page.evaluate(async () => {
    const codes = [];
    for (let file = 1; file <= 17; file += 1) {
      const other = fixture.grantFor(client, `${1000 + file}`);
      const { error, value } = await fixture.outcome(other.fetch(fixture.fileUrl('1')));
      codes.push(error ? error.message.split(' ').at(-1) : value.status);
    }
    return codes;
  });
  assert.deepEqual(codes, [...Array(16).fill('url'), 'grant']);
});
