// Pages whose tokens are held by a keeper, and what holds wherever that runs.

import assert from 'node:assert/strict';
import { test as plain } from 'node:test';

import { ledgerWhen } from './ledger.mjs';
import { closeClients, openPage } from './page.mjs';

/** Opens the page without tokens; `vault` is the origin of its keeper, if that is in a frame. */
export async function openKept(stage, { page, vault, origin, client = true, more = '' } = {}) {
  const query = vault ? `?vault=${encodeURIComponent(vault)}` : '';
  const opened = await openPage(stage, { page: page ?? stage.page, name: `kept.html${query}`, origin });
  if (client) {
    await opened.evaluate(async (more) => {
      globalThis.client = await fixture.open(more);
      globalThis.grant = fixture.grantFor(globalThis.client);
    }, more);
  }
  return opened;
}

/**
 * A test that lets go of what it held while the server still knows of it: one that has been reset
 * does not confirm the end of a handle.
 */
export const testOn = (stage) => (name, ...given) => {
  const run = given.pop();
  plain(name, ...given, async () => {
    await run();
    for (const page of stage.context.pages()) await closeClients(page);
  });
};

/** The status of a file, by the keeper. */
export const fileBy = (page, file = '101') =>
  page.evaluate(async (file) => {
    const response = await fixture.grantFor(client, file).fetch(fixture.fileUrl(file));
    await response.text();
    return response.status;
  }, file);

/** What holds for the client of a page wherever its keeper is. `open` opens such a page. */
export function testOperations(stage, open) {
  const test = testOn(stage);

  test('the page has requests carried out, and gets status, listed headers and body', async () => {
    const page = await open();
    const seen = await page.evaluate(async () => {
      const url = `${fixture.fileUrl('101')}/content`;
      const whole = await grant.fetch(url);
      const bytes = await whole.arrayBuffer();
      const part = await grant.fetch(url, { headers: { range: 'bytes=0-9' } });
      const first = await part.arrayBuffer();
      return {
        statuses: [whole.status, part.status],
        length: [Number(whole.headers.get('content-length')), bytes.byteLength],
        first: [...new Uint8Array(first)].join() === [...new Uint8Array(bytes, 0, 10)].join(),
        range: part.headers.get('content-range')?.startsWith('bytes 0-9/'),
        addresses: [whole.url, part.url],
        state: grant.state.status,
      };
    });
    assert.deepEqual(seen.statuses, [200, 206]);
    assert.equal(seen.length[0], seen.length[1]);
    assert.ok(seen.length[1] > 1000);
    assert.deepEqual([seen.first, seen.range, seen.addresses], [true, true, ['', '']]);
    assert.equal(seen.state, 'valid');
  });

  test('answers without a body leave room for other requests, of which only so many may be under way', async () => {
    const page = await open();
    for (const status of [204, 205, 304]) {
      await stage.server.faults({ file: { status } });
      const statuses = await page.evaluate(async () => {
        const statuses = new Set();
        for (let count = 0; count < 10; count += 1) {
          const { status, body } = await grant.fetch(fixture.fileUrl('101'));
          statuses.add(`${status} ${body}`);
        }
        return [...statuses];
      });
      assert.deepEqual(statuses, [`${status} null`]);
    }
    await stage.server.faults({ file: null });
    assert.equal(await fileBy(page), 200);
  });

  test('a token that died is replaced, and the page sees the answer alone', async () => {
    const page = await open();
    assert.equal(await fileBy(page), 200);
    await stage.server.expire();
    assert.equal(await fileBy(page), 200);
    const { requests } = await stage.server.ledger();
    assert.equal(requests.token, 2);
  });

  test('token, peek and reject are refused with a reason', async () => {
    const page = await open();
    const errors = await page.evaluate(async () => {
      const caught = [];
      for (const call of [() => grant.token(), () => grant.peek(), () => grant.reject('FAKE')]) {
        try {
          await call();
        } catch ({ name, code, message }) {
          caught.push([name, code, message.startsWith('isolated: ')]);
        }
      }
      return caught;
    });
    assert.deepEqual(errors, Array(3).fill(['TokenError', 'isolated', true]));
  });

  test('events and state come from the keeper, on the grant and on the client', async () => {
    const page = await open();
    const told = await page.evaluate(async () => {
      const told = [];
      for (const target of [grant, client]) {
        for (const type of ['refreshed', 'revoked']) {
          target.addEventListener(type, ({ type, detail }) => told.push([target === grant, type, Object.keys(detail).sort().join()]));
        }
      }
      const before = grant.state.status;
      await (await grant.fetch(fixture.fileUrl('101'))).text();
      const result = await grant.revoke();
      return { told, before, after: grant.state.status, result };
    });
    assert.deepEqual(told.told, [
      [true, 'refreshed', 'expiresAt,resource'],
      [false, 'refreshed', 'expiresAt,resource'],
      [true, 'revoked', 'reason,resource'],
      [false, 'revoked', 'reason,resource'],
    ]);
    assert.deepEqual([told.before, told.after], ['empty', 'empty']);
    assert.deepEqual(told.result, { tokens: 1, confirmed: true });
  });

  test('what the backend refuses is told by code, without a token and without a body', async () => {
    const page = await open();
    await stage.server.faults({ token: { status: 403 } });
    const { error } = await page.evaluate(() => fixture.outcome(grant.fetch(fixture.fileUrl('101'))));
    assert.equal(error.code, 'access_denied');
    assert.equal(error.name, 'TokenError');
    await stage.server.faults({ token: null });
    assert.equal(
      await page.evaluate(async () => {
        client.resume();
        return (await grant.fetch(fixture.fileUrl('101'))).status;
      }),
      200,
    );
  });

  test('an aborted request is let go of, before its answer and within', async () => {
    const page = await open();
    const caught = await page.evaluate(async () => {
      const controller = new AbortController();
      const url = `${fixture.fileUrl('101')}/content`;
      const pending = grant.fetch(url, { signal: controller.signal }).catch(({ name }) => name);
      controller.abort();
      const second = new AbortController();
      const response = await grant.fetch(url, { signal: second.signal });
      second.abort();
      // By its reader: what else reads a stream that was made here may give another name.
      const reader = response.body.getReader();
      const within = await (async () => {
        while (!(await reader.read()).done);
        return 'whole';
      })().catch(({ name }) => name);
      return [await pending, within, (await grant.fetch(url)).status];
    });
    assert.equal(caught[0], 'AbortError');
    // What was there already may have been all of it.
    assert.ok(['AbortError', 'whole'].includes(caught[1]), caught[1]);
    assert.equal(caught[2], 200);
  });

  test('closing revokes, and rejects what comes after', async () => {
    const page = await open();
    assert.equal(await fileBy(page), 200);
    const seen = await page.evaluate(async () => {
      const result = await client.close();
      const again = await client.close();
      const { error } = await fixture.outcome(grant.fetch(fixture.fileUrl('101')));
      return [result, again, error.code, grant.state.status, client.closed];
    });
    const result = { tokens: 1, confirmed: true };
    assert.deepEqual(seen, [result, result, 'closed', 'closed', true]);
    await ledgerWhen(stage.server, ({ live }) => live === 0);
  });
}

/** What a hostile script may try on the page's own way to its keeper. */
export function testPolicy(stage, open) {
  const test = testOn(stage);

  test('whatever is outside of the policy is refused before anything is sent', async () => {
    const page = await open();
    assert.equal(await fileBy(page), 200);
    const before = await stage.server.ledger();
    const codes = await page.evaluate(async () => {
      const url = fixture.fileUrl('101');
      const other = fixture.fileUrl('102');
      const tries = {
        'another file': [other],
        'another origin': ['https://evil.example/2.0/files/101'],
        'a query': [`${url}?all=1`],
        'a user': [url.replace('://', '://user@')],
        'an encoded slash': [`${url}/..%2f102`],
        'an encoded dot': [`${url}/%252e%252e/102`],
        'a backslash': [`${url}/%5c..%5c102`],
        'an empty segment': [`${url}//content`],
        'dots that the page resolves': [`${url}/../102`],
        'a method': [url, { method: 'DELETE' }],
        'a method in the body': [url, { method: 'POST', body: 'a' }],
        'a header': [url, { headers: { 'x-http-method-override': 'DELETE' } }],
        'a token of its own': [url, { headers: { authorization: 'Bearer FAKE' } }],
      };
      const codes = {};
      for (const [name, [input, init]] of Object.entries(tries)) {
        const { value, error } = await fixture.outcome(grant.fetch(input, init));
        codes[name] = value ? value.status : `${error.code} ${error.message.split(' ').at(-1)}`;
      }
      return codes;
    });
    assert.deepEqual(codes, {
      'another file': 'not_permitted url',
      'another origin': 'not_permitted url',
      'a query': 'not_permitted query',
      'a user': codes['a user'],
      'an encoded slash': 'not_permitted form',
      'an encoded dot': 'not_permitted form',
      'a backslash': 'not_permitted form',
      'an empty segment': 'not_permitted form',
      'dots that the page resolves': 'not_permitted url',
      'a method': 'not_permitted method',
      'a method in the body': 'not_permitted method',
      'a header': 'not_permitted header',
      'a token of its own': 'not_permitted header',
    });
    // Some engines refuse such an address themselves.
    assert.match(codes['a user'], /^(not_permitted form|undefined )/);
    const after = await stage.server.ledger();
    assert.deepEqual(after.requests, before.requests);
    const refused = await page.evaluate(() => fixture.refused.map(({ reason }) => reason));
    for (const reason of ['url', 'form', 'query', 'method', 'header']) assert.ok(refused.includes(reason), reason);
  });

  test('addresses, methods and headers in messages that a script has made itself are refused as well', async () => {
    const page = await open({ client: false });
    const { allowed, others, told, withBody } = await page.evaluate(async () => {
      const { heard, next, post } = await fixture.connect();
      const url = fixture.fileUrl('101');
      const { host } = new URL(url);
      let call = 0;
      /** What the keeper says to a request: a refusal, or the status of an answer. */
      const ask = (asked, { method = 'GET', headers = [], body } = {}) => {
        call += 1;
        const mine = call;
        const told = next(([type, of]) => of === mine && type !== 'state' && type !== 'event');
        post(['fetch', mine, 1, method, asked, headers, body]);
        return told.then(([type, , what]) => `${type} ${what}`);
      };
      post(['grant', 1, url, ['base_preview', 'item_download']]);
      const others = {};
      // No parser has been there before: the page's client would have made the absolute form.
      for (const asked of [
        `${url}/../102`, `${url}/..`, `${url}/./content`, `${url}/%2e%2e/102`, `${url}/.%2E/102`, `${url}/..;/102`, `${url}/..%2f102`,
        `${url}/..%5c102`, `${url}\\..\\102`, `${url}/..\\102`, `${url}/\t../102`, `${url}/.\n./102`, `${url}/%252e%252e/102`, `${url}/%00`,
        `${url}/%`, `${url}/．．/102`, `${url}//content`, `${url}/`, `${url}?`, `${url}?all=1`, `${url}?../102`, `${url}#/../102`,
        ` ${url}`, `${url} `, url.replace('http', 'HTTP'), url.replace('//', '//user@'), url.replace('//', '//a:b@'),
        url.replace('//', '\\\\'), url.replace('//', '/'), url.replace('//', '////'), url.replace('//', `//${host}@evil.example/`),
        url.replace(host, `${host}.evil.example`), url.replace(host, `evil.example\\@${host}`), url.replace('http:', ''), '/2.0/files/101', '', '.',
        url.replace(/:\d+/, ''), url.replace('127.0.0.1', '127.1'), url.replace('127.0.0.1', '127.0.0.1.'),
        'data:text/plain,x', 'javascript:0', `blob:${url}`, `${url}/${'a'.repeat(100_000)}`,
      ]) {
        others[asked.slice(0, 80)] = await ask(asked);
      }
      for (const method of ['get', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', '', 'GET\r\nX: y', '__proto__']) {
        others[`${method} as a method`] = await ask(url, { method });
      }
      for (const name of ['Authorization', 'AUTHORIZATION', 'cookie', 'host', 'origin', 'x-downscope', '__proto__']) {
        others[`${name} as a header`] = await ask(url, { headers: [[name, 'x']] });
      }
      const withBody = await ask(url, { body: new ArrayBuffer(1) });
      const allowed = await ask(url, { headers: [['range', 'bytes=0-9']] });
      post(['revoke', 9999, 0, false]);
      await next(([type]) => type === 'done');
      return { allowed, others, withBody, told: heard.filter(([type]) => type === 'answer').length };
    });
    for (const [asked, answer] of Object.entries(others)) assert.match(answer, /^refusal (url|form|query|method|header)$/, asked);
    assert.equal(withBody, 'failed undefined', 'as fetch says it');
    assert.equal(allowed, 'answer 200');
    assert.equal(told, 1);
    const { requests } = await stage.server.ledger();
    assert.deepEqual([requests.token, requests.file], [1, 1]);
  });

  test('a flood of what is no message is counted, told of a few times, and keeps nobody else out', async () => {
    const page = await open({ client: false });
    const seen = await page.evaluate(async () => {
      const { heard, next, post } = await fixture.connect();
      const url = fixture.fileUrl('101');
      post(['grant', 1, url, ['base_preview', 'item_download']]);
      // Names that would be others in a list of words.
      for (const name of ['', 'range accept', 'range\r\naccept']) post(['fetch', 9, 1, 'GET', url, [[name, 'x']]]);
      const planted = new MessageChannel();
      const answered = [];
      planted.port1.onmessage = ({ data }) => answered.push(data);
      // A port within, and one for another connection.
      post('downscope connect', [planted.port2]);
      const junk = { configure: { grants: [] }, text: 'x'.repeat(1_000) };
      for (let count = 4; count < 10_000; count += 1) post(junk);
      const told = next(([type, call]) => type === 'answer' && call === 1);
      post(['fetch', 1, 1, 'GET', url, []]);
      const [, , status] = await told;
      post(['revoke', 2, 0, false]);
      await next(([type]) => type === 'done');
      const refused = heard.filter(([type]) => type === 'refused');
      return { status, answered, refused: refused.map(([, reason, count]) => `${reason} ${count}`) };
    });
    assert.equal(seen.status, 200);
    assert.deepEqual(seen.answered, []);
    assert.deepEqual(seen.refused, Array.from({ length: 14 }, (_, power) => `message ${2 ** power}`));
  });

  test('no pattern opens the way to where tokens come from, and no cookie goes along', async () => {
    const page = await open();
    const seen = await page.evaluate(async () => {
      const wide = client.grant({ resource: fixture.fileUrl('101'), scopes: ['item_preview'] });
      const own = fixture.vault ?? location.origin;
      const ask = (path, body) =>
        fixture.outcome(wide.fetch(`${own}${path}`, { method: 'POST', body, headers: { 'content-type': 'application/json' } }));
      const codes = [];
      for (const path of ['/api/token', '/api/revoke', '/API/token', '/api/toke%6e', '/api/token/']) {
        const { error, value } = await ask(path, '{}');
        codes.push(error ? error.message.split(' ').at(-1) : value.status);
      }
      const echo = await wide.fetch(`${fixture.api}/echo`, { method: 'POST', body: 'a=b', headers: { 'x-app': '1' } });
      const { headers } = await echo.json();
      return { codes, cookie: headers.cookie ?? null, authorization: typeof headers.authorization, own: headers['x-app'] };
    });
    assert.deepEqual(seen.codes.slice(0, 4), Array(4).fill('endpoint'));
    assert.equal(seen.codes[4], 'form');
    assert.deepEqual([seen.cookie, seen.authorization, seen.own], [null, 'string', '1']);
  });

  test('a redirect is an error, and nothing is sent on', async () => {
    const page = await open();
    const { error } = await page.evaluate(() => {
      const wide = client.grant({ resource: fixture.fileUrl('101'), scopes: ['item_preview'] });
      return fixture.outcome(wide.fetch(`${fixture.api}/redirect?to=/echo`));
    });
    assert.equal(error.name, 'TypeError');
  });

  test('a grant that the policy does not know gets nothing', async () => {
    const page = await open();
    const codes = await page.evaluate(async () => {
      const ask = async (options) => {
        const other = client.grant(options);
        const { error } = await fixture.outcome(other.fetch(fixture.fileUrl('101')));
        return error.message.split(' ').at(-1);
      };
      return [
        await ask({ resource: fixture.fileUrl('101'), scopes: ['base_preview item_download'] }),
        await ask({ resource: fixture.fileUrl('101'), scopes: ['annotation_edit'] }),
        await ask({ resource: 'https://evil.example/2.0/files/101', scopes: ['base_preview'] }),
        await ask({ scopes: ['base_preview'] }),
      ];
    });
    assert.deepEqual(codes, Array(4).fill('grant'));
    assert.equal((await stage.server.ledger()).requests.token, 0);
  });

  test('a grant that was refused can be cleared up', async () => {
    const page = await open();
    const result = await page.evaluate(async () => {
      const other = client.grant({ resource: 'https://evil.example/2.0/files/101', scopes: ['base_preview'] });
      await fixture.outcome(other.fetch(fixture.fileUrl('101')));
      return other.revoke();
    });
    assert.deepEqual(result, { tokens: 0, confirmed: true });
  });

  test('of a flood only so much is carried out, and the keeper lives on', async () => {
    const page = await open();
    const counts = await page.evaluate(async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 200 }, () => fixture.outcome(grant.fetch(fixture.fileUrl('101')).then((one) => one.text()))),
      );
      const refused = outcomes.filter(({ error }) => error?.message.endsWith('requests')).length;
      const again = await grant.fetch(fixture.fileUrl('101'));
      return { refused, done: outcomes.filter(({ value }) => value).length, again: again.status };
    });
    assert.ok(counts.refused > 0 && counts.done >= 8, JSON.stringify(counts));
    assert.equal(counts.refused + counts.done, 200);
    assert.equal(counts.again, 200);
  });

  test('a poisoned Object.prototype changes no request and no answer', async () => {
    const page = await open();
    const seen = await page.evaluate(async () => {
      const planted = { method: 'DELETE', headers: { authorization: 'x' }, url: '/evil', redirects: true, handle: 'x', signal: 1, resource: 'https://evil.example/' };
      Object.assign(Object.prototype, planted);
      try {
        const response = await grant.fetch(fixture.fileUrl('101'), { __proto__: null });
        return [response.status, (await response.json()).id];
      } finally {
        for (const name of Object.keys(planted)) delete Object.prototype[name];
      }
    });
    assert.deepEqual(seen, [200, '101']);
  });
}

/** What late hooks heard that is a secret: texts of the backend's answers. */
export async function heardSecrets(page, secrets) {
  const heard = await page.evaluate(() => heardBy());
  const leaks = [];
  for (const [place, text] of Object.entries(heard)) {
    for (const [name, secret] of secrets) if (text.includes(secret)) leaks.push(`${place}: ${name}`);
  }
  return { leaks, places: Object.keys(heard).sort() };
}

/** The tokens, handles and whole answers that a backend gave, as its relay saw them. */
export function secretsOf(requests) {
  const secrets = [];
  for (const { url, answer } of requests) {
    if (new URL(url).pathname !== '/api/token' || !answer) continue;
    const { access_token, revocation_handle } = JSON.parse(answer);
    secrets.push(['token', access_token], ['answer', answer]);
    if (revocation_handle) secrets.push(['handle', revocation_handle]);
  }
  return secrets;
}

/** Has the hooks put into a page, as a script that comes late. */
export const installHooks = (page) =>
  page.evaluate(async () => {
    const script = Object.assign(document.createElement('script'), { src: '/t/hooks.js' });
    await new Promise((resolve, reject) => {
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
    globalThis.installHooks();
  });

