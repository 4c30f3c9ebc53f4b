// Clients come and go while the page stays: strict mode, hot module
// replacement, several copies side by side.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allRevoked, goneWhen, ledgerWhen } from './support/ledger.mjs';
import { setUp } from './support/page.mjs';

const stage = setUp();

test('create, close, create, as strict mode does it, leaves one client that works', async () => {
  const { page, server } = stage;
  const { status, first } = await page.evaluate(async () => {
    // An effect that is run, cleaned up at once, and run again.
    const effect = () => {
      const creating = fixture.open();
      const token = creating.then((client) => fixture.grantFor(client).token());
      return { token, cleanUp: async () => (await creating).close() };
    };
    const { token, cleanUp } = effect();
    const first = fixture.outcome(token);
    await cleanUp();
    const client = await fixture.open();
    const response = await fixture.grantFor(client).fetch(fixture.fileUrl('101'));
    return { status: response.status, first: await first };
  });
  assert.equal(status, 200);
  assert.equal(first.error?.code, 'closed');
  await ledgerWhen(server, ({ live }) => live === 1);
  await page.close();
  await goneWhen(server, ({ live }) => live === 0);
});

test('a hundred clients one after the other leave nothing alive, and start WebAssembly once', async () => {
  const { page, server } = stage;
  const instances = await page.evaluate(async () => {
    let instances = 0;
    for (const name of ['instantiate', 'instantiateStreaming']) {
      const original = WebAssembly[name];
      WebAssembly[name] = (...rest) => {
        instances += 1;
        return original(...rest);
      };
    }
    for (let round = 0; round < 100; round += 1) {
      const client = await fixture.open();
      await fixture.grantFor(client).token();
      await client.close();
    }
    return instances;
  });
  assert.equal(instances, 1);
  await allRevoked(server, 100, 'explicit');
});

test('two clients of one page do not share tokens, nor each other’s end', async () => {
  const { page, server } = stage;
  const { distinct, survivor } = await page.evaluate(async () => {
    const [one, other] = await Promise.all([fixture.open(), fixture.open()]);
    const grants = [one, other].map((client) => fixture.grantFor(client));
    const tokens = await Promise.all(grants.map((grant) => grant.token()));
    await one.close();
    return { distinct: new Set(tokens).size, survivor: grants[1].peek() === tokens[1] };
  });
  assert.deepEqual({ distinct, survivor }, { distinct: 2, survivor: true });
  const { tokens } = await server.ledger();
  assert.notEqual(tokens[0].session, tokens[1].session);
});

test('a client that nobody holds any more still revokes its tokens at the end', async () => {
  const { page, server } = stage;
  await page.evaluate(async () => {
    const client = await fixture.createTokenClient({
      tokenEndpoint: '/api/token',
      revokeEndpoint: '/api/revoke',
      headers: { 'X-Downscope': '1' },
    });
    await fixture.grantFor(client).token();
  });
  await collectGarbage(page);
  await page.close();
  await allRevoked(server, 1, 'unload');
});

/** Makes garbage until a piece of it is seen to be gone. */
const collectGarbage = (page) =>
  page.evaluate(async () => {
    const canary = new WeakRef({ sings: true });
    const deadline = performance.now() + 20_000;
    // What a reference was read of stays until the task ends.
    const nextTask = () => new Promise((resolve) => setTimeout(resolve));
    do {
      if (performance.now() > deadline) throw new Error('nothing is collected');
      await nextTask();
      Array.from({ length: 64 }, () => new Uint8Array(1 << 20).fill(1));
      await nextTask();
    } while (canary.deref());
  });
