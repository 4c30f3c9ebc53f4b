// `grant.fetch`: what a 401 and a 403 from the file API lead to.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setUp } from './support/page.mjs';
import { startResource } from './support/resource.mjs';

const stage = setUp();

test('a persistent 401 costs one refresh, and is returned', async () => {
  const { page, server } = stage;
  await server.faults({ file: { status: 401 } });
  const statuses = [];
  for (const fetches of [1, 2, 3]) {
    statuses.push(
      await page.evaluate(async () => {
        globalThis.grant ??= await fixture.openGrant();
        const response = await grant.fetch(fixture.fileUrl('101'));
        return response.status;
      }),
    );
    const { requests } = await server.ledger();
    // What refuses a token that is seconds old refuses the next one, too.
    assert.equal(requests.file, 1 + fetches);
    assert.equal(requests.token, 2);
  }
  assert.deepEqual(statuses, [401, 401, 401]);
});

test('a token that died early is replaced and the request replayed once', async () => {
  const { page, server } = stage;
  await page.evaluate(async () => {
    globalThis.grant = await fixture.openGrant();
    globalThis.first = await grant.token();
  });
  await server.expire();
  const { status, replaced } = await page.evaluate(async () => {
    const response = await grant.fetch(fixture.fileUrl('101'));
    return { status: response.status, replaced: grant.peek() !== first };
  });
  assert.deepEqual({ status, replaced }, { status: 200, replaced: true });
  const { requests, tokens } = await server.ledger();
  assert.deepEqual([requests.file, requests.token], [2, 2]);
  assert.deepEqual(
    tokens.map(({ uses, refused }) => ({ uses, refused })),
    [
      { uses: 0, refused: 1 },
      { uses: 1, refused: 0 },
    ],
  );
});

test('ten fetches at once that all meet a 401 make one refresh', async () => {
  const { page, server } = stage;
  await page.evaluate(async () => {
    globalThis.grant = await fixture.openGrant();
    await grant.token();
  });
  await server.expire();
  const statuses = await page.evaluate(async () => {
    const fetches = Array.from({ length: 10 }, () => grant.fetch(fixture.fileUrl('101')));
    return (await Promise.all(fetches)).map(({ status }) => status);
  });
  assert.deepEqual(statuses, Array(10).fill(200));
  const { requests } = await server.ledger();
  assert.deepEqual([requests.file, requests.token], [20, 2]);
});

test('a late 401 for an older token does not cost the newer one', async () => {
  const { page, server } = stage;
  const kept = await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    const older = await grant.token();
    const newer = await grant.token({ forceRefresh: true });
    grant.reject(older);
    return grant.peek() === newer;
  });
  assert.equal(kept, true);
  assert.equal((await server.ledger()).requests.token, 2);
});

test('a token that other code saw refused is dropped with reject()', async () => {
  const replaced = await stage.page.evaluate(async () => {
    const grant = await fixture.openGrant();
    const token = await grant.token();
    grant.reject(token);
    return { held: grant.peek(), other: (await grant.token()) !== token };
  });
  assert.deepEqual(replaced, { held: undefined, other: true });
});

test('a 403 causes neither a refresh nor a replay', async () => {
  const { page, server } = stage;
  const status = await page.evaluate(async () => {
    const grant = await fixture.openGrant({}, { scopes: ['base_preview'] });
    const response = await grant.fetch(`${fixture.fileUrl('101')}/content`);
    return response.status;
  });
  assert.equal(status, 403);
  const { requests } = await server.ledger();
  assert.deepEqual([requests.file, requests.token], [1, 1]);
});

const BODIES = {
  'a string': { text: /^two words$/, type: /^text\/plain/ },
  'a Blob': { text: /^two words$/, type: /^text\/x-test$/ },
  'a FormData': { text: /name="field"\r\n\r\ntwo words\r\n/, type: /^multipart\/form-data; boundary=/ },
  'a URLSearchParams': { text: /^field=two\+words$/, type: /^application\/x-www-form-urlencoded/ },
  'a Uint8Array': { text: /^two words$/, type: /^$/ },
};

for (const [name, { text, type }] of Object.entries(BODIES)) {
  test(`a POST with ${name} as its body is replayed whole after a 401`, async (t) => {
    const resource = await startResource([401, 200]);
    t.after(resource.close);
    const { status, tokens } = await post(stage.page, name, resource.origin);
    assert.equal(status, 200);
    assert.deepEqual(
      resource.received.map(({ method, headers }) => [method, headers.authorization]),
      tokens.map((token) => ['POST', `Bearer ${token}`]),
    );
    for (const { body, headers } of resource.received) {
      assert.match(body, text);
      assert.match(headers['content-type'] ?? '', type);
    }
  });
}

test('a POST of a Request is replayed whole after a 401', async (t) => {
  const resource = await startResource([401, 200]);
  t.after(resource.close);
  const status = await stage.page.evaluate(async (origin) => {
    const grant = await fixture.openGrant({ allowedOrigins: [origin] });
    const request = new Request(`${origin}/`, { method: 'POST', body: 'two words' });
    return (await grant.fetch(request)).status;
  }, resource.origin);
  assert.equal(status, 200);
  assert.deepEqual(
    resource.received.map(({ body }) => body),
    ['two words', 'two words'],
  );
});

test('a request whose body is a stream is not replayed, and its 401 is returned', async () => {
  // No browser sends a stream over HTTP/1.1, so here `fetch` itself is replaced.
  const { page, server } = stage;
  const result = await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    const first = await grant.token();
    const realFetch = globalThis.fetch;
    let sent = 0;
    globalThis.fetch = async (input, init) => {
      if (!init?.body?.getReader) return realFetch(input, init);
      sent += 1;
      await new Response(init.body).text();
      return new Response(null, { status: 401 });
    };
    const body = new Blob(['two words']).stream();
    const options = { method: 'POST', body, duplex: 'half' };
    const response = await grant.fetch(fixture.fileUrl('101'), options);
    globalThis.fetch = realFetch;
    return { sent, status: response.status, next: (await grant.token()) !== first };
  });
  assert.deepEqual(result, { sent: 1, status: 401, next: true });
  assert.equal((await server.ledger()).requests.token, 2);
});

test('headers, method and range of the caller arrive with the token', async () => {
  const { page } = stage;
  const { status, range, length } = await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    const response = await grant.fetch(`${fixture.fileUrl('101')}/content`, {
      headers: { range: 'bytes=0-9' },
    });
    return {
      status: response.status,
      range: response.headers.get('content-range'),
      length: (await response.arrayBuffer()).byteLength,
    };
  });
  assert.equal(status, 206);
  assert.match(range, /^bytes 0-9\//);
  assert.equal(length, 10);
});

test('a fetch that is aborted rejects as fetch does, and does not disturb another', async () => {
  const { page, server } = stage;
  await server.faults({ token: { latencyMs: 300, times: 1 } });
  const { name, status } = await page.evaluate(async () => {
    const grant = await fixture.openGrant();
    const controller = new AbortController();
    const aborted = grant.fetch(fixture.fileUrl('101'), { signal: controller.signal });
    const other = grant.fetch(fixture.fileUrl('101'));
    controller.abort();
    const name = await aborted.catch((error) => error.name);
    return { name, status: (await other).status };
  });
  assert.deepEqual({ name, status }, { name: 'AbortError', status: 200 });
  assert.equal((await server.ledger()).requests.token, 1);
});

/** Posts one of `BODIES` through a grant; gives the status and the tokens that the grant held. */
const post = (page, name, origin) =>
  page.evaluate(
    async ({ name, origin }) => {
      const form = new FormData();
      form.append('field', 'two words');
      const body = {
        'a string': 'two words',
        'a Blob': new Blob(['two words'], { type: 'text/x-test' }),
        'a FormData': form,
        'a URLSearchParams': new URLSearchParams({ field: 'two words' }),
        'a Uint8Array': new TextEncoder().encode('two words'),
      }[name];
      const grant = await fixture.openGrant({ allowedOrigins: [origin] });
      const first = await grant.token();
      const { status } = await grant.fetch(`${origin}/`, { method: 'POST', body });
      return { status, tokens: [first, grant.peek()] };
    },
    { name, origin },
  );
