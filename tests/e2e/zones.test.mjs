// Apps with zone.js, as Angular's are: the real one, in three generations of it.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';

import { build } from 'esbuild';

import { goneWhen, ledgerWhen, reasonsOf } from './support/ledger.mjs';
import { addressOf, follow, openPage, setUp, until } from './support/page.mjs';
import { inCheckout, packageDirectory } from './support/server.mjs';

/** Its files; with what counts a request as a task, which the first one has in it. */
const GENERATIONS = {
  '0.8': ['/zone08/zone.js'],
  '0.11': ['/zone011/zone.umd.js', '/zone011/zone-patch-fetch.umd.js'],
  '0.15': ['/zone015/zone.umd.js', '/zone015/zone-patch-fetch.umd.js'],
};

/** The fixture, and with it the package: as Angular's tools compile it, and once as it is. */
const APPS = [
  ...Object.entries(GENERATIONS).map(([generation, zone]) => [generation, zone, '/compiled/fixture.js']),
  ['0.15 and async functions', GENERATIONS['0.15'], '/t/fixture.js'],
];

const compiled = await mkdtemp(join(tmpdir(), 'downscope-zones-'));
after(() => rm(compiled, { recursive: true, force: true }));
await compile(compiled);

const stage = setUp({
  '/zone08/': inCheckout('node_modules/zone08/dist'),
  '/zone011/': inCheckout('node_modules/zone011/bundles'),
  '/zone015/': inCheckout('node_modules/zone015/bundles'),
  '/compiled/': compiled,
});

for (const [generation, zone, fixture] of APPS) {
  test(`with zone.js ${generation} tokens are got, refreshed and revoked by a client of the app's zone`, async () => {
    const { page, server } = stage;
    await openZoned(zone, fixture);
    const { isFresh, status } = await page.evaluate(async () => {
      globalThis.client = await app.run(() => fixture.open());
      globalThis.grant = app.run(() => fixture.grantFor(client));
      const first = await app.run(() => grant.token());
      const refreshed = fixture.next(grant, 'refreshed');
      fixture.advance(51 * 60_000);
      await app.run(() => grant.token());
      await refreshed;
      const { status } = await app.run(() => grant.fetch(fixture.fileUrl('101')));
      return { isFresh: grant.peek() !== first, status };
    });
    assert.deepEqual([isFresh, status], [true, 200]);
    await page.evaluate(async () => {
      const other = app.run(() => fixture.grantFor(client, { file: '102' }));
      await app.run(() => other.token());
      await app.run(() => other.revoke());
    });
    await leave();
    const ledger = await goneWhen(server, ({ tokens, live }) => tokens.length === 3 && live === 0);
    assert.match(reasonsOf(ledger).join(), /^(unload,unload|bfcache,bfcache),explicit$/);
  });

  test(`with zone.js ${generation} an app is not busy while a client of its zone keeps tokens and a lease`, async () => {
    const { page, server } = stage;
    await openZoned(zone, fixture);
    await page.evaluate(async () => {
      globalThis.client = await app.run(() => fixture.open({ leaseEndpoint: '/api/lease' }));
      globalThis.grant = app.run(() => fixture.grantFor(client));
      await app.run(() => grant.token());
    });
    // By now there is a timer for the refresh, and a request that stays open.
    await ledgerWhen(server, ({ leases }) => leases.some(({ held }) => held));
    const idle = await page.evaluate(() => ({ isBusy: app.isBusy(), begun: app.begun() }));
    assert.deepEqual(idle, { isBusy: false, begun: [] });

    const own = await page.evaluate(async () => {
      const fetched = app.run(() => grant.fetch(fixture.fileUrl('101')));
      const during = app.isBusy();
      await (await fetched).text();
      return { during, begun: app.begun() };
    });
    assert.deepEqual(own, { during: true, begun: ['macroTask fetch'] }, "a request of the app's own counts");
    await until(page, () => !app.isBusy());

    const revoked = await page.evaluate(async () => {
      const { confirmed } = await app.run(() => client.close());
      return { confirmed, isBusy: app.isBusy(), begun: app.begun() };
    });
    assert.deepEqual(revoked, { confirmed: true, isBusy: false, begun: [] });
  });

  test(`with zone.js ${generation} listeners are called and let go of as their options say`, async () => {
    const { page, server } = stage;
    await openZoned(zone, fixture);
    const { told, counts } = await page.evaluate(async () => {
      const told = [];
      const tell = (name) => () => told.push([name, app.isInside()]);
      const count = () => ['pagehide', 'pageshow', 'online', 'focus'].map((type) => globalThis.eventListeners(type).length);
      // The app's own, of the same events, with options of each kind.
      app.run(() => {
        addEventListener('focus', tell('capturing'), { capture: true, passive: true });
        addEventListener('focus', tell('once'), { once: true });
        addEventListener('focus', tell('plain'), false);
      });
      const counts = [count()];
      const client = await app.run(() => fixture.open());
      const grant = app.run(() => fixture.grantFor(client));
      const removed = tell('removed');
      app.run(() => {
        grant.addEventListener('refreshed', tell('refreshed once'), { once: true });
        grant.addEventListener('refreshed', tell('refreshed'), { passive: true });
        grant.addEventListener('refreshed', removed, { capture: true });
        grant.removeEventListener('refreshed', removed, { capture: true });
      });
      await app.run(() => grant.token());
      await app.run(() => grant.token({ forceRefresh: true }));
      counts.push(count());
      await app.run(() => client.close());
      counts.push(count());
      for (let times = 2; times > 0; times -= 1) dispatchEvent(new Event('focus'));
      return { told, counts };
    });
    assert.deepEqual(told, [
      ['refreshed once', true],
      ['refreshed', true],
      ['refreshed', true],
      ['capturing', true],
      ['once', true],
      ['plain', true],
      ['capturing', true],
      ['plain', true],
    ]);
    const [before, during, after] = counts;
    assert.ok(during.every((one, which) => one > before[which]), 'zone.js knows those of the client');
    assert.deepEqual(after, before);
    assert.equal((await server.ledger()).live, 0);
  });
}

/** Loads a page with zone.js and the fixture. */
async function openZoned(zone, fixture) {
  const query = new URLSearchParams([['fixture', fixture], ...zone.map((file) => ['zone', file])]);
  await openPage(stage, { page: stage.page, name: `zoned.html?${query}` });
}

/**
 * zone.js cannot follow an `async` function, so Angular's tools write those anew
 * with promises, in packages too: what comes after an `await` is then in the zone
 * that the function was called in.
 */
function compile(directory) {
  const ofThePackage = {
    name: 'the package',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\/pkg\// }, ({ path }) => ({ path: resolve(packageDirectory, path.slice('/pkg/'.length)) })),
  };
  return build({
    entryPoints: [inCheckout('tests/e2e/pages/fixture.js')],
    outdir: directory,
    bundle: true,
    format: 'esm',
    supported: { 'async-await': false, 'async-generator': false, 'for-await': false },
    plugins: [ofThePackage],
    logLevel: 'error',
  });
}

const leave = () => follow(stage.page, addressOf(stage, 'clock.js'));
