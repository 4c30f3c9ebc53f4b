// The Node example in Express: with body parsers in front, as most apps have them, and without.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { FORM_TYPE, JSON_TYPE, pageOf, startBackend } from './testing/backend.mjs';
import { startBox } from './testing/box.mjs';

const server = fileURLToPath(new URL('express.mjs', import.meta.url));

for (const PARSERS of ['simple', 'extended', 'none']) {
  let backend, box, page;

  test(`in Express, body parsers: ${PARSERS}`, async (t) => {
    before(async () => {
      box = await startBox();
      backend = await startBackend(box, [process.execPath, server], { PARSERS });
      page = pageOf(backend, 'session-of-these-tests-1');
    });
    after(async () => {
      await backend.stop();
      box.stop();
    });

    await t.test('tokens are handed out and revoked, one or a hundred', async () => {
      const ids = Array.from({ length: 100 }, (_, id) => ({ id: `${id}` }));
      const answers = await Promise.all(ids.map((fields) => page.token(fields)));
      const tokens = answers.map((answer) => answer.body.access_token);
      assert.equal((await page.revoke({ token: tokens[0], reason: 'unload' })).status, 204);
      assert.equal((await page.revoke({ token: tokens })).status, 204);
      assert.deepEqual(new Set(box.revoked), new Set(tokens));
    });

    await t.test('more names than a parser takes are read all the same', async () => {
      const last = (await page.token({ id: 'last' })).body.access_token;
      const pending = Array.from({ length: 1_100 }, (_, index) => `n${index}`);
      const named = { session: page.session, pending: [...pending, 'last'], whole_session: '1' };
      assert.equal((await page.revoke(named)).status, 202);
      await box.dead([last]);
    });

    await t.test('what a parser refuses is refused in the words of the contract', async () => {
      const { headers } = page;
      for (const [path, body, type, given, status, error] of [
        ['/api/token', '{', JSON_TYPE, headers, 400, 'invalid_request'],
        ['/api/token', '"text"', JSON_TYPE, headers, 400, 'invalid_request'],
        ['/api/token', '{', JSON_TYPE, {}, 403, 'access_denied'],
        ['/api/token', '{', JSON_TYPE, { ...headers, cookie: undefined }, 401, 'login_required'],
        ['/api/token', ' '.repeat(200_000), JSON_TYPE, headers, 413, 'invalid_request'],
        ['/api/token', '{}', FORM_TYPE, headers, 415, 'invalid_request'],
        ['/api/revoke', 'x'.repeat(70_000), FORM_TYPE, {}, 413, 'invalid_request'],
        ['/api/revoke', 'x'.repeat(200_000), FORM_TYPE, {}, 413, 'invalid_request'],
        ['/api/revoke', '{}', JSON_TYPE, {}, 415, 'invalid_request'],
        ['/api/revoke', '', FORM_TYPE, {}, 400, 'invalid_request'],
      ]) {
        const answer = await page.post(path, body, type, given);
        assert.deepEqual([answer.status, answer.body?.error], [status, error], [path, type]);
        assert.equal(answer.headers.get('cache-control'), 'no-store');
      }
    });
  });
}
