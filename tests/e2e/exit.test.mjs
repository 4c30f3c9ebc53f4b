// The page goes away: every token it held is dead within five seconds.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { engine } from './support/browser.mjs';
import { openFrame } from './support/frames.mjs';
import { allRevoked, allRevokedAtOnce, goneWhen, ledgerWhen } from './support/ledger.mjs';
import { addressOf, follow, openPage, setUp, until } from './support/page.mjs';
import { startRelay } from './support/relay.mjs';

const stage = setUp();

test('closing the tab revokes its token', async () => {
  await withToken(stage.page);
  await stage.page.close();
  await allRevoked(stage.server, 1, 'unload');
});

test('closing the tab revokes every grant of the page, in one request', async () => {
  const { page, server } = stage;
  await page.evaluate(async () => {
    const client = await fixture.open();
    const files = ['101', '102', '103', '104'];
    const scopes = [['base_preview'], ['item_download'], ['base_preview', 'item_download']];
    const wanted = files.flatMap((file) => scopes.map((some) => ({ file, scopes: some })));
    await Promise.all(wanted.map((one) => fixture.grantFor(client, one).token()));
  });
  await page.close();
  await allRevokedAtOnce(server, 12, 'unload');
});

for (const length of [40, 1024]) {
  test(`closing the tab revokes five hundred tokens of ${length} characters`, async (t) => {
    const { page, server } = stage;
    // The backend's tokens have forty: they grow on their way into the page, and
    // shrink again on their way out.
    const relay = await startRelay(server.app, (body) => body.replaceAll(/\.{2,}/g, ''));
    t.after(relay.close);
    await openPage(stage, { page, origin: relay.origin });
    await page.evaluate(async (length) => {
      const getToken = async ({ session, id, scope }) => {
        const request = { resource: fixture.fileUrl('101'), session, id, scope };
        const response = await fixture.ask(request);
        const answer = await response.json();
        return { ...answer, access_token: answer.access_token.padEnd(length, '.') };
      };
      const client = await fixture.open({ getToken });
      for (let batch = 0; batch < 10; batch += 1) {
        const tokens = Array.from({ length: 50 }, (_, index) => {
          const resource = `https://files.example/${batch}/${index}`;
          return client.grant({ resource, scopes: ['base_preview'] }).token();
        });
        await Promise.all(tokens);
      }
    }, length);
    assert.equal((await server.ledger()).live, 500);
    await page.close();
    await goneWhen(server, ({ live }) => live === 0);
  });
}

test('closing the tab revokes the tokens of every client of the page', async () => {
  await withToken(stage.page);
  await withToken(stage.page);
  await stage.page.close();
  await allRevoked(stage.server, 2, 'unload');
});

test('closing the tab revokes superseded tokens too', async () => {
  const { page, server } = stage;
  await withToken(page);
  await page.evaluate(() => grant.token({ forceRefresh: true }));
  await page.evaluate(() => grant.token({ forceRefresh: true }));
  assert.equal((await server.ledger()).live, 3, 'viewers may still use the older ones');
  await page.close();
  await allRevoked(server, 3, 'unload');
});

test('reloading the page revokes its token, and the next page life is another session', async () => {
  const { page, server } = stage;
  await withToken(page);
  await page.reload();
  await until(page, () => 'fixture' in globalThis);
  await allRevoked(server, 1, 'unload');
  await withToken(page);
  const { tokens } = await server.ledger();
  assert.notEqual(tokens[0].session, tokens[1].session);
});

test('a link to the same origin revokes the token', async () => {
  const { page, server } = stage;
  await withToken(page);
  await follow(page, addressOf(stage, 'clock.js'));
  await allRevoked(server, 1, 'bfcache');
});

test('a link to another origin revokes the token', async () => {
  const { page, server } = stage;
  await withToken(page);
  const elsewhere = server.app.replace('127.0.0.1', 'localhost');
  await follow(page, addressOf(stage, undefined, elsewhere));
  await allRevoked(server, 1, 'bfcache');
});

const cached = engine === 'webkit' && 'WebKit caches pages that have an unload listener too';

test('a link from a page that cannot be cached revokes the token', { skip: cached }, async () => {
  const { page, server } = stage;
  await withToken(page);
  // An `unload` listener of the app's own keeps its page out of the cache.
  await page.evaluate(() => addEventListener('unload', () => {}));
  await follow(page, addressOf(stage, 'clock.js'));
  await allRevoked(server, 1, 'unload');
});

test('removing an iframe revokes its token and leaves the parent its own', async () => {
  const { page, server } = stage;
  const frame = await openFrame(page, addressOf(stage));
  await withToken(page);
  await withToken(frame);
  await page.evaluate(() => document.querySelector('iframe').remove());
  const { tokens } = await goneWhen(server, ({ live }) => live === 1);
  assert.deepEqual(
    tokens.map(({ state, revokeReason }) => [state, revokeReason]),
    [
      ['live', null],
      ['revoked', 'unload'],
    ],
  );
});

test('closing the tab revokes the tokens of its iframes', async () => {
  const { page, server } = stage;
  await withToken(await openFrame(page, addressOf(stage)));
  await page.close();
  await allRevoked(server, 1, 'unload');
});

test('a revoke that needs headers still goes out when the tab is closed', async () => {
  const { page, server } = stage;
  await withToken(page, { revokeHeaders: { 'X-App': '1' } });
  await page.close();
  await allRevoked(server, 1, 'unload');
});

test('where the browser refuses the beacon the revoke goes out by another way', async () => {
  const { page, server } = stage;
  await withToken(page);
  await page.evaluate(() => {
    navigator.sendBeacon = () => false;
  });
  // Not by closing the tab: Firefox cuts off there what is left to do.
  await follow(page, addressOf(stage, 'clock.js'));
  await goneWhen(server, ({ tokens, live }) => tokens.length === 1 && live === 0);
});

test('a token that was still on its way when the tab was closed does not stay alive', async () => {
  const { page, server } = stage;
  await server.faults({ token: { latencyMs: 20_000 } });
  await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    fixture.outcome(grant.token());
  });
  await ledgerWhen(server, ({ live }) => live === 1);
  await page.close();
  await allRevoked(server, 1, 'unload');
});

test('a refresh that was under way when the tab was closed leaves nothing alive', async () => {
  const { page, server } = stage;
  await withToken(page);
  await server.faults({ token: { latencyMs: 20_000 } });
  await page.evaluate(() => {
    fixture.outcome(grant.token({ forceRefresh: true }));
  });
  await ledgerWhen(server, ({ live }) => live === 2);
  await page.close();
  await allRevoked(server, 2, 'unload');
});

test("an event of the app's own that has the name of the page's ends nothing", async () => {
  const { page, server } = stage;
  await withToken(page);
  const isHeld = await page.evaluate(() => {
    const own = new CustomEvent('pagehide', { bubbles: true });
    document.body.dispatchEvent(own);
    return grant.peek() !== undefined;
  });
  assert.equal(isHeld, true);
  // No count of requests: the tab of the test before may still be telling its second time.
  assert.equal((await server.ledger()).live, 1);
  await page.close();
  await allRevokedAtOnce(server, 1, 'unload');
});

test('a token that the app asks for as the page goes does not stay alive', async () => {
  const { page, server } = stage;
  await page.evaluate(async () => {
    // Before the client's own listeners.
    addEventListener('pagehide', () => fixture.outcome(other.token()));
    globalThis.client = await fixture.open();
    globalThis.other = fixture.grantFor(client, { file: '102' });
    await fixture.grantFor(client).token();
  });
  await page.reload();
  await until(page, () => 'fixture' in globalThis);
  await goneWhen(server, ({ live }) => live === 0);
  await withToken(page);
  await ledgerWhen(server, ({ live }) => live === 1);
});

test('a client that was closed before has nothing left to revoke at the end', async () => {
  const { page, server } = stage;
  await withToken(page);
  await page.evaluate(() => client.close());
  await page.close();
  const { requests } = await allRevoked(server, 1, 'explicit');
  assert.equal(requests.revoke, 1);
});

test('a tab that is closed takes along a revoke that was not confirmed yet', async () => {
  const { page, server } = stage;
  await withToken(page);
  await server.faults({ revoke: { status: 503, times: 1 } });
  await page.evaluate(() => {
    grant.revoke();
  });
  await ledgerWhen(server, ({ log }) => log.some(({ kind }) => kind === 'revoke'));
  await page.close();
  await allRevoked(server, 1, 'unload');
});

test('one tab that is closed does not touch the tokens of another', async () => {
  const { page, server } = stage;
  const other = await openPage(stage);
  await withToken(page);
  await withToken(other);
  await page.close();
  const { tokens } = await goneWhen(server, ({ live }) => live === 1);
  assert.deepEqual(
    tokens.map(({ state }) => state),
    ['revoked', 'live'],
  );
  const status = await other.evaluate(async () => {
    const response = await grant.fetch(fixture.fileUrl('101'));
    return response.status;
  });
  assert.equal(status, 200);
});

/** Leaves a client, its grant and its token in a page or frame. */
const withToken = (page, options) =>
  page.evaluate(async (options) => {
    globalThis.client = await fixture.open(options);
    globalThis.grant = fixture.grantFor(client);
    await grant.token();
  }, options);
