// pdf.js with a document that is read on after its token has been refused.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { launch } from '../package/support/browser.mjs';
import { listen } from './support/listen.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const MOUNTS = {
  '/t/': here('pages'),
  '/pkg/': process.env.DOWNSCOPE_PKG,
  '/recipes/': here('recipes'),
  '/pdfjs/': fileURLToPath(new URL('.', import.meta.resolve('pdfjs-dist/build/pdf.mjs'))),
};

let browser;
let document;
let server;
const refused = new Set();
const seen = [];
before(async () => {
  document = await readFile(here('../../www/media/guide.pdf'));
  server = await listen(answer);
  browser = await launch();
});
after(() => Promise.all([browser?.close(), server?.close()]));

/** A page and what it loads; and parts of the document, to tokens that are not refused. */
async function answer(request, response) {
  const { pathname } = new URL(request.url, server.origin);
  if (pathname === '/guide.pdf') {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range);
    const token = request.headers.authorization.slice(7);
    const status = refused.has(token) ? 401 : 206;
    seen.push(`${token} ${status}`);
    return response.writeHead(status).end(status === 206 ? document.subarray(+first, +last + 1) : '');
  }
  const prefix = Object.keys(MOUNTS).find((prefix) => pathname.startsWith(prefix));
  const bytes = await readFile(join(MOUNTS[prefix], pathname.slice(prefix.length)));
  const type = extname(pathname) === '.html' ? 'text/html' : 'text/javascript';
  response.writeHead(200, { 'content-type': type }).end(bytes);
}

test('a document that is open is read on though its token is refused', async () => {
  const page = await browser.newPage();
  await page.goto(`${server.origin}/t/pdf.html#${document.length}`);
  await page.waitForFunction(() => globalThis.opened);
  const pages = await page.evaluate(async () => (await globalThis.opened).numPages);
  assert.deepEqual(new Set(seen), new Set(['FAKE-1 206']));

  refused.add('FAKE-1');
  seen.length = 0;
  const items = await page.evaluate(async (last) => {
    const part = await (await globalThis.opened).getPage(last);
    return (await part.getTextContent()).items.length;
  }, pages);
  assert.ok(items > 0);
  assert.deepEqual(new Set(seen), new Set(['FAKE-1 401', 'FAKE-2 206']));
  await page.close();
});
