// The apps of `examples/`, as somebody sees them who has started one.

import assert from 'node:assert/strict';
import { cp, rm } from 'node:fs/promises';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { createServer } from 'vite';

import { ledgerWhen } from '../e2e/support/ledger.mjs';
import { until } from '../e2e/support/page.mjs';
import { inCheckout, packageDirectory, startServer } from '../e2e/support/server.mjs';
import { launch } from '../package/support/browser.mjs';

/** A copy of the React app, beside the React of these tests. */
const copy = fileURLToPath(new URL('.example', import.meta.url));

let server;
let browser;
let page;
before(async () => {
  const plain = ['plain', 'push'].map((name) => [`/examples/${name}/`, inCheckout(`examples/${name}`)]);
  server = await startServer(Object.fromEntries(plain));
  browser = await launch();
  page = await browser.newPage();
  page.setDefaultTimeout(60_000);
});
beforeEach(async () => {
  await page.goto('about:blank');
  await server.reset();
});
after(() => Promise.all([browser?.close(), server?.close()]));

/** Whether the picture of a page is there. */
const isShown = () => {
  const picture = document.querySelector('img');
  return !!picture?.complete && picture.naturalWidth > 0;
};

test('plain: shows a picture with one token, says what is wrong, and leaves no token after the sign-out', async () => {
  await server.faults({ token: { status: 503 } });
  await page.goto(`${server.app}/examples/plain/`);
  await page.getByText('Token: empty').waitFor();
  await page.getByRole('button', { name: 'Show the picture' }).click();
  await page.getByText('No token: unavailable').waitFor();

  await server.reset();
  await page.reload();
  await page.getByRole('button', { name: 'Show the picture' }).click();
  await until(page, isShown);
  await page.getByText(/Token: valid, until/).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('Token: empty').waitFor();
  await ledgerWhen(server, ({ tokens, live }) => tokens.length === 1 && live === 0);
});

test('push: each token is pushed, and none after the sign-out until the next sign-in', async () => {
  await page.goto(`${server.app}/examples/push/`);
  await page.getByText('Tokens pushed: 1. The feed says: 200').waitFor();
  await page.route('**/content', (route) => route.abort());
  await page.getByText('Tokens pushed: 1. The feed says: no answer').waitFor();
  await page.unroute('**/content');
  await page.getByText('Tokens pushed: 1. The feed says: 200').waitFor();
  await page.getByRole('button', { name: 'Refresh now' }).click();
  await page.getByText('Tokens pushed: 2. The feed says: 200').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('The feed says: disconnected').waitFor();
  await ledgerWhen(server, ({ live }) => live === 0);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Tokens pushed: 3. The feed says: 200').waitFor();
});

test('react: each file has a token of its own; a sign-out is told, and got over', async () => {
  await rm(copy, { recursive: true, force: true });
  await cp(inCheckout('examples/react'), copy, {
    recursive: true,
    filter: (path) => !/node_modules|package/.test(path.slice(inCheckout('examples').length)),
  });
  Object.assign(process.env, { DOWNSCOPE_BACKEND: server.app, DOWNSCOPE_PKG: packageDirectory });
  const vite = await createServer({
    root: copy,
    configFile: `${copy}/vite.config.js`,
    cacheDir: `${copy}/.vite`,
    logLevel: 'error',
    server: { port: 0 },
  });
  try {
    await vite.listen();
    await server.faults({ token: { status: 503, retryAfter: 1, times: 2 } });
    await page.goto(vite.resolvedUrls.local[0]);
    await page.getByText('No token: unavailable').waitFor();
    await until(page, isShown);
    await server.reset();
    await page.reload();
    await until(page, isShown);
    assert.equal((await server.ledger()).requests.token, 1);

    await page.getByRole('button', { name: 'Downscoped tokens, a short guide.pdf' }).click();
    await page.getByRole('link', { name: 'Open it' }).waitFor();
    await page.getByRole('button', { name: 'An hour in the life of a token.webp' }).click();
    await until(page, isShown);
    const { requests } = await server.ledger();
    assert.equal(requests.token, 2);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Signed out.').waitFor();
    await ledgerWhen(server, ({ live }) => live === 0);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await until(page, isShown);
  } finally {
    await vite.close();
    await rm(copy, { recursive: true, force: true });
  }
});
