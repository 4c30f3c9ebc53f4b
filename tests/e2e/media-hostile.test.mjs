// Media URLs where somebody means harm, or something is not as it should be.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { engine } from './support/browser.mjs';
import { zeros } from './support/media-api.mjs';
import { apiFor, once, openMediaPage } from './support/media-page.mjs';
import { setUp, until } from './support/page.mjs';
import { startRelay } from './support/relay.mjs';

const stage = setUp({}, async ({ server }) => ({ toApi: await startRelay(server.api) }));

test('no token is in an address, an entry, the document or a cache', async () => {
  const page = await openMediaPage(stage);
  const origin = stage.toApi.origin;
  const { tokens, places, caches } = await page.evaluate(async (origin) => {
    const { grant, media } = await mediaPage.open({ file: '102', origins: [origin] });
    const url = media.url(`${origin}/2.0/files/102/content`);
    const { element } = await mediaPage.load('img', url, ['load']);
    await mediaPage.look(url);
    history.pushState(null, '', '#seen');
    const tokens = [await grant.token()];
    const places = [
      url,
      element.currentSrc,
      location.href,
      JSON.stringify(history.state),
      document.referrer,
      document.documentElement.outerHTML,
      JSON.stringify(performance.getEntries()),
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
      JSON.stringify(media),
    ];
    return { tokens, places, caches: await globalThis.caches.keys() };
  }, origin);
  assert.equal(tokens[0].length, 40);
  assert.deepEqual(caches, []);
  const sent = stage.toApi.requests.filter(({ method }) => method === 'GET');
  assert.ok(sent.length >= 2);
  for (const { url, headers } of sent) {
    assert.equal(headers.authorization, `Bearer ${tokens[0]}`);
    places.push(url, headers.referer ?? '');
  }
  for (const place of places) assert.ok(!place.includes(tokens[0].slice(0, 12)), place);
});

test('a URL is good in the page that made it, and in no other', async () => {
  const page = await openMediaPage(stage);
  const content = await page.evaluate(async () => {
    const made = await mediaPage.open();
    return made.content;
  });
  const other = await openMediaPage(stage, await stage.context.newPage());
  const answer = await other.evaluate(async (content) => {
    await mediaPage.open();
    const { status, text } = await mediaPage.look(content);
    return [status, text];
  }, content);
  assert.deepEqual(answer, [404, 'not_found\n']);
  // The same page later is another one, too.
  await openMediaPage(stage);
  const later = await page.evaluate(async (content) => {
    await mediaPage.open();
    return (await mediaPage.look(content)).status;
  }, content);
  assert.equal(later, 404);
  assert.equal((await stage.server.ledger()).requests.file, 0);
});

const ENDS = {
  'media.close()': ({ media }) => media.close(),
  'grant.revoke()': ({ grant }) => grant.revoke(),
  'client.revokeAll()': ({ client }) => client.revokeAll(),
  'client.close()': ({ client }) => client.close(),
};

for (const [name, end] of Object.entries(ENDS)) {
  test(`after ${name} its URLs are refused`, async () => {
    const page = await openMediaPage(stage);
    const [before, after] = await page.evaluate(async (end) => {
      const made = await mediaPage.open();
      const before = (await mediaPage.look(made.content)).status;
      await (0, eval)(`(${end})`)(made);
      return [before, (await mediaPage.look(made.content)).status];
    }, String(end));
    assert.deepEqual([before, after], [200, 404]);
    assert.equal((await stage.server.ledger()).requests.file, 1);
  });
}

test('a client that was closed before it had a token gives none', async () => {
  const page = await openMediaPage(stage);
  const [status, made] = await page.evaluate(async () => {
    const { client, content, media } = await mediaPage.open();
    await client.close();
    const { status } = await mediaPage.look(content);
    media.close();
    const made = await fixture.outcome((async () => media.url(content))());
    return [status, made.error.code];
  });
  assert.deepEqual([status, made], [403, 'closed']);
  const { requests } = await stage.server.ledger();
  assert.deepEqual([requests.file, requests.token], [0, 0]);
});

test('where a token may travel, the grant says; where a request may go, the worker', async (t) => {
  const elsewhere = await apiFor(t, zeros(10));
  const page = await openMediaPage(stage);
  const { byGrant, byWorker, errors } = await page.evaluate(async (origin) => {
    const one = await mediaPage.open({ worker: { origins: [fixture.api, origin] } });
    const byGrant = await mediaPage.look(one.media.url(`${origin}/`));
    const two = await mediaPage.open({ client: { allowedOrigins: [origin] } });
    const byWorker = await mediaPage.look(two.media.url(`${origin}/`));
    return { byGrant, byWorker, errors: one.errors };
  }, elsewhere.origin);
  assert.deepEqual([byGrant.status, byGrant.text], [403, 'origin_not_allowed\n']);
  assert.deepEqual(errors.map(({ name, code }) => [name, code]), [['TokenError', 'origin_not_allowed']]);
  assert.deepEqual([byWorker.status, byWorker.text], [403, 'origin_not_served\n']);
  assert.deepEqual(elsewhere.received, []);
  const { requests } = await stage.server.ledger();
  assert.equal(requests.token, 1, 'the first asks for none');
});

test('a redirect to another origin does not take the token along', async () => {
  const { server } = stage;
  const page = await openMediaPage(stage);
  const other = server.api.replace('127.0.0.1', 'localhost');
  const [within, across] = await page.evaluate(
    async (targets) => {
      const { media } = await mediaPage.open();
      const arrived = [];
      for (const target of targets) {
        const url = media.url(`${fixture.api}/redirect?to=${encodeURIComponent(target)}`);
        arrived.push(JSON.parse((await mediaPage.look(url)).text).headers);
      }
      return arrived;
    },
    [`${server.api}/echo`, `${other}/echo`],
  );
  const [{ fingerprint }] = (await server.ledger()).tokens;
  assert.equal(within.authorization, fingerprint, 'within the origin it does');
  assert.equal(across.host, new URL(other).host);
  assert.equal(across.authorization, undefined);
});

test('a 401 from where a redirect led costs no token', async (t) => {
  const elsewhere = await apiFor(t, ({ response }) => response.writeHead(401).end());
  const page = await openMediaPage(stage);
  const { status, isHeld } = await page.evaluate(async (origin) => {
    const { grant, media } = await mediaPage.open();
    const answer = await mediaPage.look(media.url(`${fixture.api}/redirect?to=${origin}/`));
    return { status: answer.status, isHeld: grant.peek() !== undefined };
  }, elsewhere.origin);
  assert.deepEqual({ status, isHeld }, { status: 401, isHeld: true });
  assert.equal((await stage.server.ledger()).requests.token, 1);
});

test('nothing of the API runs in the app’s origin', async (t) => {
  const types = { '/a.js': 'text/javascript', '/a.css': 'text/css', '/a.svg': 'image/svg+xml', '/a.html': 'text/html' };
  const bodies = {
    '/a.js': 'globalThis.ran = true',
    '/a.css': 'html { --ran: yes }',
    '/a.svg': '<svg xmlns="http://www.w3.org/2000/svg"><script>parent.ran = true</script></svg>',
    '/a.html': '<script>parent.ran = true</script>',
  };
  const api = await apiFor(t, ({ response, kept }) => {
    response.writeHead(200, { 'content-type': types[kept.url] }).end(bodies[kept.url]);
  });
  const page = await openMediaPage(stage);
  const seen = await page.evaluate(async (origin) => {
    const { media } = await mediaPage.open({ origins: [origin] });
    const settled = (element) => Promise.any(['load', 'error'].map((type) => fixture.next(element, type)));
    const put = async (name, attributes) => {
      const element = Object.assign(document.createElement(name), attributes);
      const told = settled(element);
      document.body.append(element);
      // Some engines tell nothing of an object that failed.
      await Promise.race([told, new Promise((resolve) => setTimeout(resolve, 2_000))]);
      return element;
    };
    await put('script', { src: media.url(`${origin}/a.js`) });
    await put('script', { src: media.url(`${origin}/a.js`), type: 'module' });
    await put('link', { href: media.url(`${origin}/a.css`), rel: 'stylesheet' });
    for (const file of ['a.svg', 'a.html']) {
      await put('iframe', { src: media.url(`${origin}/${file}`) });
      await put('object', { data: media.url(`${origin}/${file}`) });
      await put('embed', { src: media.url(`${origin}/${file}`) });
    }
    const worker = new Worker(media.url(`${origin}/a.js`));
    await settled(worker);
    const { status } = await mediaPage.look(media.url(`${origin}/a.html`));
    return [globalThis.ran, getComputedStyle(document.documentElement).getPropertyValue('--ran'), status];
  }, api.origin);
  assert.deepEqual(seen, [undefined, '', 200]);
  assert.deepEqual(api.received.map(({ url }) => url), ['/a.html'], 'as data it is read');
});

const noWindow = engine === 'webkit' && 'WebKitGTK’s driver does not come back from a window that is opened so';

test('a page that opens a URL as a document gets a download, and no page of the origin', { skip: noWindow }, async (t) => {
  const api = await apiFor(t, ({ response }) => {
    const disposition = 'inline; filename="page.html"';
    response.writeHead(200, { 'content-type': 'text/html', 'content-disposition': disposition });
    response.end('<script>opener.ran = true</script>');
  });
  const page = await openMediaPage(stage);
  await page.evaluate(async (origin) => {
    const { media } = await mediaPage.open({ origins: [origin] });
    globalThis.opened = open(media.url(`${origin}/page`));
  }, api.origin);
  await once(() => api.received.length === 1 && api.received[0].isOver);
  assert.equal(await page.evaluate(() => globalThis.ran), undefined);
  await page.evaluate(() => globalThis.opened?.close());
});

test('an id that nobody made, and paths that are tricks, lead nowhere', async () => {
  const page = await openMediaPage(stage);
  const statuses = await page.evaluate(async () => {
    const { content } = await mediaPage.open();
    const prefix = content.slice(0, -32);
    const id = content.slice(-32);
    const statuses = {};
    for (const path of [
      'f'.repeat(32),
      'f'.repeat(100_000),
      id.toUpperCase(),
      `${id}/`,
      `${id}/..`,
      `x/../${id}x`,
      `%2e%2e/${id}`,
      `${id.slice(0, 31)}%66`,
      `${id}%00`,
      `${id}%3f`,
      '__proto__',
      'constructor',
      '',
    ]) {
      statuses[path.slice(0, 40)] = (await mediaPage.look(prefix + path)).status;
    }
    statuses.good = (await mediaPage.look(`${content}?t=1#t=2`)).status;
    return statuses;
  });
  const { good, ...others } = statuses;
  assert.equal(good, 200);
  for (const [path, status] of Object.entries(others)) assert.equal(status, 404, path);
  assert.equal((await stage.server.ledger()).requests.file, 1);
});

test('everything else is the app’s', async () => {
  const page = await openMediaPage(stage);
  const answers = await page.evaluate(async () => {
    await mediaPage.open();
    const answers = [];
    for (const path of ['answered-by-the-app', 'downscope-media', 'blank.html']) answers.push((await mediaPage.look(path)).text);
    return answers;
  });
  assert.equal(answers[0], 'the app');
  assert.equal(answers[1], 'not the app’s', 'without its slash it is not ours');
  assert.match(answers[2], /^<!doctype html>/);
});

test('a page that does not answer is given up', async () => {
  const page = await openMediaPage(stage);
  const [status, text] = await page.evaluate(async () => {
    await mediaPage.open({ worker: { timeout: 500 } });
    const frame = document.createElement('iframe');
    frame.src = 'empty.html';
    const loaded = fixture.next(frame, 'load');
    document.body.append(frame);
    await loaded;
    const response = await frame.contentWindow.fetch(`downscope-media/${'f'.repeat(32)}`);
    return [response.status, await response.text()];
  });
  assert.deepEqual([status, text], [504, 'no_answer\n']);
});

test('a script’s own messages get nothing out of the page, and break nothing in the worker', async () => {
  const page = await openMediaPage(stage);
  const { told, status } = await page.evaluate(async () => {
    const { content } = await mediaPage.open({ worker: { timeout: 1_000 } });
    const { serviceWorker } = navigator;
    const told = [];
    const listening = () => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => told.push(data);
      return port2;
    };
    const id = content.slice(-32);
    const data = { downscope: 'media 1', id };
    const forged = { data, ports: [listening()], source: serviceWorker.controller };
    serviceWorker.dispatchEvent(new MessageEvent('message', forged));
    // To the worker: what it has no ear for, and orders as if it had asked.
    const { controller } = serviceWorker;
    for (const junk of [
      null,
      'media 1',
      data,
      { downscope: 'media 1' },
      { downscope: 'media 1', isMine: true, url: 'http://127.0.0.1:9/', authorization: 'Bearer x' },
      { downscope: { toString: 1 } },
      Array(1000).fill(data),
    ]) {
      controller.postMessage(junk);
      controller.postMessage(junk, [listening(), listening()]);
    }
    controller.postMessage({ downscope: 'media 2' }, [listening()]);
    const { status } = await mediaPage.look(content);
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { told, status };
  });
  assert.equal(status, 200);
  assert.deepEqual(told, []);
});

test('a script that answers in the page’s place sends the worker nowhere else', async (t) => {
  const evil = await apiFor(t, zeros(10));
  const page = await openMediaPage(stage);
  const answers = await page.evaluate(async (evil) => {
    const answers = [];
    for (const said of [
      { url: `${evil}/?stolen`, authorization: 'Bearer x' },
      { url: `${evil.replace('http://', `http://${new URL(fixture.api).host}@`)}/`, authorization: 'Bearer x' },
      { url: `//${new URL(evil).host}/`, authorization: 'Bearer x' },
      { url: 'data:text/html,x', authorization: 'Bearer x' },
      { url: `${fixture.api}/echo`, authorization: 'Bearer x\r\nx-evil: 1' },
      { url: `${fixture.api}/echo`, authorization: `Bearer ${'x'.repeat(100_000)}` },
      { url: `${fixture.api}/echo`, authorization: { toString: 'x' } },
      { code: '<script>' },
      7,
    ]) {
      globalThis.said = said;
      globalThis.listener ??= ({ ports: [port] }) => {
        port.postMessage({ isMine: true });
        port.postMessage(globalThis.said);
      };
      navigator.serviceWorker.addEventListener('message', globalThis.listener);
      navigator.serviceWorker.startMessages();
      globalThis.made ??= await mediaPage.open();
      try {
        const { status, text } = await mediaPage.look(made.content.slice(0, -32) + 'a'.repeat(32));
        answers.push([status, text]);
      } catch (error) {
        answers.push([0, error.name]);
      }
    }
    return answers;
  }, evil.origin);
  for (const [status] of answers) assert.ok(status === 0 || status >= 400, JSON.stringify(answers));
  assert.deepEqual(evil.received, []);
});

test('what a page puts on prototypes takes no part', async () => {
  const page = await openMediaPage(stage);
  const { status, heard } = await page.evaluate(async () => {
    const { content } = await mediaPage.open();
    const heard = [];
    const { postMessage } = MessagePort.prototype;
    MessagePort.prototype.postMessage = function (...what) {
      heard.push(JSON.stringify(what));
      return Reflect.apply(postMessage, this, what);
    };
    const { call } = Function.prototype;
    Function.prototype.call = function (...what) {
      if (what[1] && Object.hasOwn(what[1], 'authorization')) heard.push(what[1].authorization);
      return Reflect.apply(call, this, what);
    };
    Object.defineProperty(Object.prototype, 'authorization', { value: 'Bearer poison', configurable: true, writable: true });
    Object.defineProperty(Object.prototype, 'isMine', { value: false, configurable: true, writable: true });
    const { status } = await new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.onloadend = () => resolve(request);
      request.open('GET', content);
      request.send();
    });
    for (const name of ['authorization', 'isMine']) delete Object.prototype[name];
    Function.prototype.call = call;
    MessagePort.prototype.postMessage = postMessage;
    return { status, heard };
  });
  assert.equal(status, 200);
  assert.deepEqual(heard, []);
});

test('of ten thousand URLs the newest are kept, each the same whenever it is asked for', async () => {
  const page = await openMediaPage(stage);
  const { isSame, statuses, count } = await page.evaluate(async () => {
    const { media } = await mediaPage.open();
    const of = (n) => media.url(`${fixture.fileUrl('101')}/content?n=${n}`);
    const first = of(0);
    const second = of(1);
    const isSame = of(0) === first && of(`0#t=3`) === `${first}#t=3`;
    const all = new Set();
    for (let n = 1; n < 10_000; n += 1) all.add(of(n));
    of(0);
    of(10_000);
    const statuses = [];
    for (const url of [first, second]) statuses.push((await mediaPage.look(url)).status);
    return { isSame, statuses, count: all.size };
  });
  assert.deepEqual({ isSame, statuses, count }, { isSame: true, statuses: [200, 404], count: 9_999 });
});

test('a hundred requests at once are answered, with one token', async () => {
  const page = await openMediaPage(stage);
  const statuses = await page.evaluate(async () => {
    const { media } = await mediaPage.open();
    const urls = Array.from({ length: 100 }, (_, n) => media.url(`${fixture.fileUrl('101')}?n=${n}`));
    return Promise.all(urls.map(async (url) => (await mediaPage.look(url)).status));
  });
  assert.deepEqual(statuses, Array(100).fill(200));
  assert.equal((await stage.server.ledger()).requests.token, 1);
});

test('a page without a worker, without one that serves media and with one that may not claim it is told which', async () => {
  const page = await openMediaPage(stage);
  const code = (worker) =>
    page.evaluate(async (worker) => {
      await mediaPage.unregister();
      globalThis.grant ??= await fixture.openGrant();
      if (worker) await mediaPage.register(worker);
      const { error } = await fixture.outcome(mediaPage.mediaOf(grant, { timeout: 1_000 }));
      return [error.name, error.code, error.message.startsWith(`${error.code}: `)];
    }, worker);
  // Those that there were control this page still.
  await page.evaluate(() => mediaPage.unregister());
  await openMediaPage(stage);
  assert.deepEqual(await code(), ['MediaError', 'no_worker', true]);
  await openMediaPage(stage);
  assert.deepEqual(await code({ claim: 'no' }), ['MediaError', 'not_controlled', true]);
  await openMediaPage(stage);
  assert.deepEqual(await code({ script: 'media-sw-without.js' }), ['MediaError', 'no_answer', true]);
  await page.evaluate(() => mediaPage.unregister());
});

test('what is no address of an API is refused at once', async () => {
  const page = await openMediaPage(stage);
  const codes = await page.evaluate(async () => {
    const { media } = await mediaPage.open();
    const codes = [];
    for (const resource of ['data:,x', 'blob:x', 'http://', 'https://user@api.example/', `https://api.example/${'x'.repeat(9000)}`]) {
      codes.push((await fixture.outcome((async () => media.url(resource))())).error?.code);
    }
    return codes;
  });
  assert.deepEqual(codes, Array(5).fill('invalid_url'));
});

const noProtocol = engine !== 'chromium' && 'only Chromium stops and starts a worker, and reloads past it, on demand';

test('a worker that was stopped is started again, and answers as before', { skip: noProtocol }, async () => {
  const page = await openMediaPage(stage);
  await page.evaluate(async () => {
    const { content } = await mediaPage.open();
    globalThis.content = content;
    await fetch(content);
  });
  const session = await page.context().newCDPSession(page);
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
  assert.equal(await page.evaluate(async () => (await mediaPage.look(content)).status), 200);
  await session.detach();
});

test('a page that was loaded past its worker comes under it again', { skip: noProtocol }, async () => {
  const page = await openMediaPage(stage);
  await page.evaluate(() => mediaPage.open());
  const session = await page.context().newCDPSession(page);
  const loaded = page.waitForEvent('load');
  await session.send('Page.reload', { ignoreCache: true });
  await loaded;
  await until(page, () => 'mediaPage' in globalThis);
  const { before, status } = await page.evaluate(async () => {
    const before = navigator.serviceWorker.controller === null;
    const { content } = await mediaPage.open();
    return { before, status: (await mediaPage.look(content)).status };
  });
  assert.deepEqual({ before, status }, { before: true, status: 200 });
  await session.detach();
});
