// Media URLs: what elements load by them, through a service worker that asks the page for each
// request's header.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { engine } from './support/browser.mjs';
import { ledgerWhen } from './support/ledger.mjs';
import { sound, zeros } from './support/media-api.mjs';
import { apiFor, once, openMediaPage } from './support/media-page.mjs';
import { setUp } from './support/page.mjs';

const stage = setUp();

test('a page that was loaded before there was a worker comes under it', async () => {
  const page = await openMediaPage(stage);
  await page.evaluate(() => mediaPage.unregister());
  await openMediaPage(stage);
  const { before, status } = await page.evaluate(async () => {
    const before = navigator.serviceWorker.controller === null;
    const { content } = await mediaPage.open();
    return { before, status: (await mediaPage.look(content)).status };
  });
  assert.deepEqual({ before, status }, { before: true, status: 200 });
});

for (const script of ['media-sw.js', 'media-sw-module.js']) {
  test(`an image, a sound and a video load by URLs without a token, served by ${script}`, async () => {
    const page = await openMediaPage(stage);
    const loaded = await page.evaluate(
      async (worker) => {
        const loaded = {};
        for (const [name, file, type] of [
          ['img', '102', 'load'],
          ['audio', '104', 'loadedmetadata'],
          ['video', '103', 'loadedmetadata'],
        ]) {
          const { content } = await mediaPage.open({ file, worker });
          const { element, type: told } = await mediaPage.load(name, content, [type], { preload: 'auto' });
          loaded[name] = [told, element.naturalWidth ?? element.duration, new URL(content).origin === location.origin];
        }
        return loaded;
      },
      { script, type: script.includes('module') ? 'module' : 'classic' },
    );
    for (const [name, [told, size, isOwn]] of Object.entries(loaded)) {
      assert.match(told, /^load/, name);
      assert.ok(size > 1, name);
      assert.ok(isOwn);
    }
    const { requests, tokens } = await stage.server.ledger();
    assert.equal(tokens.length, 3);
    assert.ok(requests.file >= 3);
  });
}

test('a background of CSS loads', async () => {
  const page = await openMediaPage(stage);
  await page.evaluate(async () => {
    const { content } = await mediaPage.open({ file: '102' });
    document.body.style.background = `url("${content}")`;
  });
  await ledgerWhen(stage.server, ({ tokens }) => tokens[0]?.uses === 1);
});

test('a link downloads, and the page stays where it is', async () => {
  const page = await openMediaPage(stage);
  const before = await page.evaluate(() => location.href);
  const downloaded = engine === 'chromium' ? page.waitForEvent('download') : undefined;
  await page.evaluate(async () => {
    const { grant, media } = await mediaPage.open({ file: '101' });
    // WebKit cuts off what a page is about to fetch, a token too, when a link is followed.
    await grant.token();
    const link = document.createElement('a');
    link.href = media.url(`${fixture.fileUrl('101')}/content`, { filename: 'It’s a *guide*.pdf' });
    document.body.append(link);
    link.click();
  });
  const download = await downloaded;
  if (download) {
    assert.match(download.suggestedFilename(), /^It’s a .guide.\.pdf$/);
    assert.equal(await download.failure(), null);
  }
  await ledgerWhen(stage.server, ({ tokens }) => tokens[0]?.uses >= 1);
  assert.equal(await page.evaluate(() => location.href), before);
});

test('a link whose file is not to be had leaves the page where it is, and the reason is told', async () => {
  const page = await openMediaPage(stage);
  await stage.server.faults({ token: { status: 403 } });
  const code = await page.evaluate(async () => {
    const { content, errors } = await mediaPage.open();
    const link = document.createElement('a');
    link.href = content;
    document.body.append(link);
    link.click();
    // Firefox and WebKit cut off what a page is about to fetch when a link is followed.
    const look = (url) => mediaPage.look(url).catch(() => {});
    while (errors.length === 0) await look(location.href);
    // By then, whoever goes elsewhere has gone.
    for (let count = 0; count < 10; count += 1) await look(content);
    return errors[0].code;
  });
  // So they do with the request for the token, now and then.
  assert.match(code, engine === 'chromium' ? /^access_denied$/ : /^(access_denied|network)$/);
});

test('a link to what the API does not have leaves the page where it is', async (t) => {
  const api = await apiFor(t, ({ response }) => response.writeHead(404, { 'content-type': 'text/plain' }).end('gone'));
  const page = await openMediaPage(stage);
  await page.evaluate(async (origin) => {
    const { grant, media } = await mediaPage.open({ origins: [origin] });
    // WebKit cuts off what a page is about to fetch, a token too, when a link is followed.
    await grant.token();
    const link = document.createElement('a');
    link.href = media.url(`${origin}/gone`);
    document.body.append(link);
    link.click();
  }, api.origin);
  await once(() => api.received.some(({ isOver }) => isOver));
  const status = await page.evaluate(async (origin) => {
    // By then, whoever goes elsewhere has gone.
    for (let count = 0; count < 10; count += 1) await mediaPage.look(location.href).catch(() => {});
    return mediaPage && (await fetch(`${origin}/gone`)).status;
  }, api.origin);
  assert.equal(status, 404);
});

test('an answer without a body is handed on', async (t) => {
  const api = await apiFor(t, ({ response }) => response.writeHead(204).end());
  const page = await openMediaPage(stage);
  const status = await page.evaluate(async (origin) => {
    const { media } = await mediaPage.open({ origins: [origin] });
    return (await mediaPage.look(media.url(`${origin}/empty`))).status;
  }, api.origin);
  assert.equal(status, 204);
});

test('a drawing has the styles that it brings', async (t) => {
  const drawing =
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><style>rect { fill: rgb(0, 128, 0) }</style>' +
    '<rect width="10" height="20"/><rect x="10" width="10" height="20" style="fill: rgb(0, 0, 128)"/></svg>';
  const api = await apiFor(t, ({ response }) => response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(drawing));
  const page = await openMediaPage(stage);
  const colours = await page.evaluate(async (origin) => {
    const { media } = await mediaPage.open({ origins: [origin] });
    const { element } = await mediaPage.load('img', media.url(`${origin}/drawing.svg`), ['load']);
    const canvas = Object.assign(document.createElement('canvas'), { width: 20, height: 20 });
    const context = canvas.getContext('2d');
    context.drawImage(element, 0, 0);
    return [5, 15].map((x) => [...context.getImageData(x, 10, 1, 1).data].join());
  }, api.origin);
  assert.deepEqual(colours, ['0,128,0,255', '0,0,128,255']);
});

test('with two copies of the package in a page, each answers for its own URLs', async () => {
  const page = await openMediaPage(stage);
  const open = (more) =>
    page.evaluate(async (more) => {
      const { grant } = await mediaPage.open();
      const { mediaOf } = await import(`/pkg/media.js${more}`);
      const media = await mediaOf(grant);
      globalThis.urls = [...(globalThis.urls ?? []), media.url(`${fixture.fileUrl('101')}/content`)];
    }, more);
  for (const more of ['', '?second', '?third']) await open(more);
  const statuses = () => page.evaluate(() => Promise.all(urls.map(async (url) => (await mediaPage.look(url)).status)));
  assert.deepEqual(await statuses(), [200, 200, 200]);
  await stage.server.expire();
  assert.deepEqual(await statuses(), [200, 200, 200], 'each replaces a token that was refused');
});

test('fetch is answered in ranges, beyond the end and with a HEAD, and nothing is to be stored', async () => {
  const page = await openMediaPage(stage);
  const answers = await page.evaluate(async () => {
    const { content } = await mediaPage.open();
    const ranged = (range) => mediaPage.look(content, { headers: { range } });
    return [
      await mediaPage.look(content, { method: 'HEAD' }),
      await ranged('bytes=0-9'),
      await ranged('bytes=-4'),
      await ranged('bytes=99999999-'),
      await mediaPage.look(content, { method: 'POST', body: 'x' }),
    ];
  });
  const [head, first, last, beyond, post] = answers;
  assert.deepEqual([head.status, head.headers['content-length'], head.text], [200, '486848', '']);
  assert.equal(head.headers['content-type'], 'application/pdf');
  assert.deepEqual([first.status, first.headers['content-range'], first.text.length], [206, 'bytes 0-9/486848', 10]);
  assert.deepEqual([last.status, last.headers['content-range']], [206, 'bytes 486844-486847/486848']);
  assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, 'bytes */486848']);
  assert.deepEqual([post.status, post.headers.allow], [405, 'GET, HEAD']);
  for (const { headers } of answers) assert.equal(headers['cache-control'], 'no-store');
  const { requests } = await stage.server.ledger();
  assert.equal(requests.file, 4, 'a POST goes nowhere');
});

test('a range is tied to its version, and what an API says of a file is handed on', async (t) => {
  const api = await apiFor(t, ({ request, response }) => {
    response.writeHead(request.headers['if-range'] === '"one"' ? 206 : 200, {
      'content-range': 'bytes 0-3/4',
      'content-disposition': 'attachment; filename="notes.txt"',
      'content-type': 'text/plain',
      'set-cookie': 'a=b',
      'x-own': 'yes',
      etag: '"one"',
    });
    response.end('text');
  });
  const page = await openMediaPage(stage);
  const [whole, part] = await page.evaluate(async (origin) => {
    const { media } = await mediaPage.open({ origins: [origin] });
    const url = media.url(`${origin}/notes`);
    const headers = { range: 'bytes=0-3', 'x-secret': 'no' };
    return [
      await mediaPage.look(url, { headers: { ...headers, 'if-range': '"two"' } }),
      await mediaPage.look(url, { headers: { ...headers, 'if-range': '"one"' } }),
    ];
  }, api.origin);
  assert.deepEqual([whole.status, part.status], [200, 206]);
  assert.equal(part.headers['content-disposition'], 'attachment; filename="notes.txt"');
  assert.equal(part.headers.etag, '"one"');
  assert.equal(part.headers['x-own'], undefined);
  assert.deepEqual(api.received.map(({ headers }) => [headers.range, headers['x-secret']]), Array(2).fill(['bytes=0-3', undefined]));
});

test('a part whose place the API does not expose is told so, in place of a wrong one', async (t) => {
  const api = await apiFor(t, zeros(100), { 'access-control-expose-headers': 'etag' });
  const page = await openMediaPage(stage);
  const { status, text } = await page.evaluate(async (origin) => {
    const { media } = await mediaPage.open({ origins: [origin] });
    return mediaPage.look(media.url(`${origin}/zeros`), { headers: { range: 'bytes=0-9' } });
  }, api.origin);
  assert.deepEqual([status, text], [502, 'content_range_not_exposed\n']);
});

test('a video seeks, and goes on where its token has expired or is refused', async (t) => {
  const refused = new Set();
  const play = sound(600);
  const api = await apiFor(t, (asked) => {
    if (refused.has(asked.kept.token)) asked.response.writeHead(401).end();
    else play(asked);
  });
  const page = await openMediaPage(stage);
  const duration = await page.evaluate(async (origin) => {
    const { media, client, errors } = await mediaPage.open({ origins: [origin] });
    const { element, type } = await mediaPage.load('video', media.url(`${origin}/sound.wav`), ['loadedmetadata'], {
      preload: 'auto',
      crossorigin: 'anonymous',
    });
    Object.assign(globalThis, { client, errors, video: element });
    return type === 'loadedmetadata' && Math.round(element.duration);
  }, api.origin);
  assert.equal(duration, 600);

  await seek(page, 300);
  const [first] = api.received.map(({ token }) => token);
  assert.ok(api.received.some(({ headers }) => Number(/^bytes=(\d+)/.exec(headers.range)?.[1]) > 40e6), 'by a range');

  // The client replaces it before it is asked for the next range.
  await page.evaluate(() => fixture.advance(3_500_000));
  await seek(page, 450);
  const second = api.received.at(-1).token;
  assert.notEqual(second, first);

  refused.add(second);
  const before = api.received.length;
  await seek(page, 150);
  const tokens = api.received.slice(before).map(({ token }) => token);
  const third = tokens.find((token) => token !== second);
  // An element may load several ranges at once: each of these is refused, and all get the same.
  assert.ok(tokens.includes(second), 'refused');
  assert.deepEqual([...new Set(tokens)], [second, third]);
  assert.deepEqual(await page.evaluate(() => [video.error, errors]), [null, []]);
  assert.equal((await stage.server.ledger()).requests.token, 3);
});

test('a lasting 401 is asked twice, and is the answer', async () => {
  const { server } = stage;
  await server.faults({ file: { status: 401 } });
  const page = await openMediaPage(stage);
  const status = await page.evaluate(async () => {
    const { content } = await mediaPage.open();
    return (await mediaPage.look(content)).status;
  });
  assert.equal(status, 401);
  const { requests } = await server.ledger();
  assert.deepEqual([requests.file, requests.token], [2, 2]);
});

test('a token endpoint that refuses is told to the app, and the element fails', async () => {
  await stage.server.faults({ token: { status: 403 } });
  const page = await openMediaPage(stage);
  const { type, answer, errors } = await page.evaluate(async () => {
    const { content, errors } = await mediaPage.open({ file: '102' });
    const { type } = await mediaPage.load('img', content, ['load']);
    const { status, text } = await mediaPage.look(content);
    return { type, answer: [status, text], errors };
  });
  assert.equal(type, 'error');
  assert.deepEqual(answer, [403, 'access_denied\n']);
  assert.deepEqual(errors.map(({ name, code }) => [name, code]), Array(2).fill(['TokenError', 'access_denied']));
});

test('an image whose element has gone is read no further', async (t) => {
  // Some engines read all that there is, however slow the page is to say that it wants no more.
  const api = await apiFor(t, zeros(2 ** 31, { type: 'image/png', pause: 20 }));
  const page = await openMediaPage(stage);
  await page.evaluate(async (origin) => {
    const { media } = await mediaPage.open({ origins: [origin] });
    globalThis.leaving = new AbortController();
    const response = await fetch(media.url(`${origin}/image`), { signal: leaving.signal });
    globalThis.reader = response.body.getReader();
    await reader.read();
  }, api.origin);
  await page.evaluate(() => leaving.abort());
  await once(() => api.received[0].isOver);
  assert.ok(api.received[0].sent < 2 ** 31, `${api.received[0].sent}`);
});

const readsAhead = engine !== 'chromium' && `${engine} reads ahead of who reads, without a worker as well`;

test('what nobody reads is not loaded into memory', { skip: readsAhead }, async (t) => {
  const api = await apiFor(t, zeros(2 ** 31));
  const page = await openMediaPage(stage);
  await page.evaluate(async (origin) => {
    const { media } = await mediaPage.open({ origins: [origin] });
    const response = await fetch(media.url(`${origin}/large`));
    globalThis.reader = response.body.getReader();
    await reader.read();
  }, api.origin);
  // Until whatever is in between is full (a fetch without a worker takes about as much): then
  // nothing more is taken.
  let before = -1;
  await once(() => {
    const { sent } = api.received[0];
    const stands = sent === before;
    before = sent;
    return stands;
  }, 1_000);
  assert.ok(before < 2 ** 29, `${before}`);
  await page.evaluate(() => reader.cancel());
  await once(() => api.received[0].isOver);
});

const seek = (page, to) =>
  page.evaluate(async (to) => {
    const told = mediaPage.toldOf(video, ['seeked', 'error']);
    video.currentTime = to;
    const type = await told;
    if (type !== 'seeked') throw new Error(video.error.message);
  }, to);
