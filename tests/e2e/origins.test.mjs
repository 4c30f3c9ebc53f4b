// Where a token may travel: to the origins it is meant for, and nowhere else.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setUp } from './support/page.mjs';
import { startResource } from './support/resource.mjs';

const stage = setUp();

test('by default a token goes to the origin of its resource only', async (t) => {
  const elsewhere = await startResource([200]);
  t.after(elsewhere.close);
  const { page, server } = stage;
  const outcomes = await page.evaluate(async (urls) => {
    const grant = await fixture.openGrant();
    const outcomes = [];
    for (const url of urls) outcomes.push(await fixture.outcome(grant.fetch(url)));
    return outcomes;
  }, [`${elsewhere.origin}/`, `${server.app}/config.json`, '/config.json', 'data:,x']);
  for (const { error } of outcomes) {
    assert.equal(error?.code, 'origin_not_allowed');
    assert.equal(error.retryable, false);
  }
  assert.deepEqual(elsewhere.received, []);
  assert.equal((await server.ledger()).requests.token, 0, 'not even a token is asked for');
});

test('allowedOrigins names the origins, and replaces the default', async (t) => {
  const allowed = await startResource([200]);
  t.after(allowed.close);
  const { inside, outside, token } = await stage.page.evaluate(async (origin) => {
    const grant = await fixture.openGrant({ allowedOrigins: [origin] });
    const { status } = await grant.fetch(`${origin}/file`);
    return {
      inside: status,
      outside: await fixture.outcome(grant.fetch(fixture.fileUrl('101'))),
      token: grant.peek(),
    };
  }, allowed.origin);
  assert.equal(inside, 200);
  assert.equal(outside.error.code, 'origin_not_allowed');
  assert.equal(allowed.received[0].headers.authorization, `Bearer ${token}`);
});

test('a redirect to another origin does not take the token along', async () => {
  const { page, server } = stage;
  const other = server.api.replace('127.0.0.1', 'localhost');
  const [within, across] = await page.evaluate(
    async (targets) => {
      const grant = await fixture.openGrant();
      const arrived = [];
      for (const target of targets) {
        const url = `${fixture.api}/redirect?to=${encodeURIComponent(target)}`;
        arrived.push(await (await grant.fetch(url)).json());
      }
      return arrived;
    },
    [`${server.api}/echo`, `${other}/echo`],
  );
  const [{ fingerprint }] = (await server.ledger()).tokens;
  assert.equal(within.headers.authorization, fingerprint, 'within the origin it does');
  assert.equal(across.headers.host, new URL(other).host);
  assert.equal(across.headers.authorization, undefined);
});

test('a token endpoint that redirects is not followed', async (t) => {
  const { page, server } = stage;
  const redirecting = await startResource([307], { location: `${server.app}/api/token` });
  t.after(redirecting.close);
  const { error } = await page.evaluate(async (tokenEndpoint) => {
    const grant = await fixture.openGrant({ tokenEndpoint });
    return fixture.outcome(grant.token({ timeout: 1_200 }));
  }, redirecting.origin);
  assert.equal(error.code, 'network');
  assert.equal(redirecting.received.length, 1);
  assert.equal((await server.ledger()).requests.token, 0);
});
