// What the app's own functions may give and throw.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { authority, backendOf, pageOf } from './support/backend.mjs';
import { logged } from './support/log.mjs';

test('a Response is known by its shape', async () => {
  // Of another implementation of fetch.
  const responseOf = (status, body) => ({
    status,
    headers: new Headers({ 'retry-after': '1' }),
    text: async () => body,
  });
  let status = 503;
  const backend = backendOf({
    exchange: () => responseOf(200, '{"access_token":"FAKE-shape","expires_in":60}'),
    revoke: () => responseOf(status, ''),
  });
  const page = pageOf(backend);
  const { access_token: token } = await (await page.token('1')).json();
  assert.equal(token, 'FAKE-shape');
  assert.equal((await page.revoke({ token })).status, 202);
  status = 200;
  await backend.close();
});

test('what a revoke gives is no answer, whatever it is', async () => {
  const circle = {};
  circle.circle = circle;
  for (const given of [circle, 1n, () => {}, 'dead', undefined]) {
    const backend = backendOf({ ...authority(), revoke: () => given });
    const page = pageOf(backend);
    const { access_token: token } = await (await page.token('1')).json();
    assert.equal((await page.revoke({ token })).status, 204);
    await backend.close();
  }
});

test('of what an exchange gives, the fields of a token are taken', async () => {
  const minted = { access_token: 'FAKE-fields', expires_in: 60, raw: 1n };
  minted.self = minted;
  const backend = backendOf({ exchange: () => minted, revoke: () => {} });
  const answer = await pageOf(backend).token('1');
  assert.deepEqual([answer.status, (await answer.json()).access_token], [200, 'FAKE-fields']);
  await backend.close();
});

test('a token that comes after the patience is revoked', async (context) => {
  let mint;
  let begun;
  const hasBegun = new Promise((resolve) => (begun = resolve));
  let ended;
  const hasEnded = new Promise((resolve) => (ended = resolve));
  const backend = backendOf({
    exchange: (_wanted, { signal }) =>
      new Promise((resolve) => {
        mint = resolve;
        begun(signal);
      }),
    revoke: (token, { signal }) => ended([token, signal.aborted]),
  });
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const answer = pageOf(backend).token('1');
  const signal = await hasBegun;
  context.mock.timers.tick(10_000);
  context.mock.timers.reset();
  assert.equal((await answer).status, 503);
  assert.equal(signal.aborted, true);
  mint({ access_token: 'FAKE-late' });
  assert.deepEqual(await hasEnded, ['FAKE-late', false]);
  await backend.close();
});

test('of what the app throws, its name and message alone are logged', async () => {
  const [log] = await logged(async () => {
    const backend = backendOf(authority(), {
      authenticate() {
        throw Object.assign(new Error('FAKE reason'), { config: { token: 'FAKE-secret' } });
      },
    });
    assert.equal((await pageOf(backend).token('1')).status, 503);
    await backend.close();
  });
  assert.equal(log, 'downscope-backend: authenticate failed: Error: FAKE reason');
});

test('who has no name that can be written down is refused, and the log says which name', async () => {
  const wrong = [{ user: 7 }, { user: '' }, { user: 'FAKE\nuser' }, { user: 'u', signIn: 'F'.repeat(257) }];
  for (const who of wrong) {
    const [log] = await logged(async () => {
      const backend = backendOf(authority(), { authenticate: () => who });
      assert.equal((await pageOf(backend).token('1')).status, 503);
      await backend.close();
    });
    assert.ok(log.includes('signIn' in who ? 'signIn must' : 'user must') && !/FAKE|FFF/.test(log), log);
  }
});
