// One handle for one grant, also where grants give way to others.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setUp } from './support/page.mjs';

const stage = setUp();

test('a grant that is asked for as it gives way is the same, and what it revokes is its token', async () => {
  const seen = await stage.page.evaluate(async () => {
    const client = await fixture.open({ maxGrants: 2 });
    const [one, two] = ['101', '102'].map((file) => fixture.grantFor(client, { file }));
    await one.token();
    await two.token();
    let again;
    client.addEventListener('revoked', ({ detail }) => {
      if (detail.reason === 'evicted') again ??= fixture.grantFor(client, { file: '101' });
    });
    fixture.grantFor(client, { file: '103' });
    await again.token();
    const heard = [];
    one.addEventListener('refreshed', () => heard.push('refreshed'));
    await again.token({ forceRefresh: true });
    return { isSame: again === one, heard, ...(await one.revoke()) };
  });
  assert.deepEqual(seen, { isSame: true, heard: ['refreshed'], tokens: 2, confirmed: true });
});

test('a grant that gives way in the listener of what it made give way is the same ever after', async () => {
  const seen = await stage.page.evaluate(async () => {
    const client = await fixture.open({ maxGrants: 1 });
    const one = fixture.grantFor(client, { file: '101' });
    await one.token();
    let inner;
    one.addEventListener('revoked', () => {
      inner ??= fixture.grantFor(client, { file: '101' });
      inner.token().catch(() => {});
    });
    const two = fixture.grantFor(client, { file: '102' });
    return [inner === one, fixture.grantFor(client, { file: '102' }) === two, fixture.grantFor(client, { file: '101' }) === one];
  });
  assert.deepEqual(seen, [true, true, true]);
});

test('asking for a grant that the app has makes no other give way', async () => {
  const seen = await stage.page.evaluate(async () => {
    const client = await fixture.open({ maxGrants: 3 });
    let gaveWay = 0;
    const rows = ['101', '102', '103', '104'];
    const kept = rows.map((file) => fixture.grantFor(client, { file }));
    client.addEventListener('revoked', () => (gaveWay += 1));
    for (const grant of kept.slice(0, 3)) await grant.token();
    const before = gaveWay;
    // As a list does that is drawn again.
    const isSame = [1, 2, 3].every(() => rows.every((file, row) => fixture.grantFor(client, { file }) === kept[row]));
    return { isSame, more: gaveWay - before, held: kept.slice(0, 3).filter((grant) => grant.peek()).length };
  });
  assert.deepEqual(seen, { isSame: true, more: 0, held: 3 });
});

test('a client that is closed has the same handles, and makes new ones that do nothing', async () => {
  const seen = await stage.page.evaluate(async () => {
    const client = await fixture.open();
    const known = fixture.grantFor(client);
    await known.token();
    await client.close();
    const later = fixture.grantFor(client, { file: '102' });
    const code = await later.token().catch((error) => error.code);
    return [fixture.grantFor(client) === known, fixture.grantFor(client, { file: '102' }) === later, code];
  });
  assert.deepEqual(seen, [true, true, 'closed']);
});

test('what is no grant is refused each time', async () => {
  const codes = await stage.page.evaluate(async () => {
    const client = await fixture.open();
    return [1, 2].map(() => {
      try {
        return client.grant({ resource: 'nowhere', scopes: ['a'] });
      } catch (error) {
        return error.code;
      }
    });
  });
  assert.deepEqual(codes, ['invalid_options', 'invalid_options']);
});
