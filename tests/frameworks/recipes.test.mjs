// The recipes of docs/guide/frameworks.md: in small apps of Vue, Svelte and Angular, against the
// reference backend.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { bundle, installPackage } from './support/bundle.mjs';
import { requestsTo, setUp } from './support/stage.mjs';
import { svelte } from './support/svelte.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const stage = setUp('recipes', async () => {
  await installPackage();
  return { '/recipes/': await bundle('recipes', ['recipes.js'], { plugins: [svelte] }) };
});

test('every recipe is in the documentation as it is here', async () => {
  const documentation = await readFile(here('../../docs/guide/frameworks.md'), 'utf8');
  for (const name of await readdir(here('recipes'))) {
    const text = await readFile(here(`recipes/${name}`), 'utf8');
    assert.ok(documentation.includes(text.trim()), name);
  }
});

test('what apps may write fits the declarations, and what they must not does not', async () => {
  const tsc = here('../../node_modules/typescript/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, '--project', here('tsconfig.json')]).catch((error) => error);
  assert.equal(stdout, '');
});

/** A page that shows an app. */
async function show(name) {
  const page = await stage.open('/recipes/');
  await page.evaluate(async (name) => {
    lab.app = await apps[name]();
  }, name);
  return page;
}

const both = (page, text) =>
  page.waitForFunction((text) => document.body.textContent.split(text).length === 3, text);

for (const name of ['vue', 'svelte']) {
  test(`${name}: two components share a token request, and fetch`, async () => {
    const page = await show(name);
    await both(page, 'ready');
    assert.equal(await page.evaluate(async () => (await lab.app.fetch(lab.content)).status), 200);
    assert.equal(await requestsTo(stage), 1);
  });

  test(`${name}: a backend that is down is told, and got over`, async () => {
    await stage.server.faults({ token: { status: 503, retryAfter: 1 } });
    const page = await show(name);
    await both(page, 'failed unavailable');
    await stage.server.faults({ token: null });
    await both(page, 'ready');
  });

  test(`${name}: a sign-out is told, and who was unmounted asks for nothing`, async () => {
    const page = await show(name);
    await both(page, 'ready');
    await page.evaluate(async () => (await lab.grant()).revoke());
    await both(page, 'revoked');
    await page.evaluate(async () => {
      lab.app.end();
      clock.wall += 7_200_000;
      clock.monotonic += 7_200_000;
      events.tell('visibilitychange');
    });
    assert.equal(await page.evaluate(async () => (await lab.grant()).state.status), 'empty');
    assert.equal(await requestsTo(stage), 1);
  });
}

test('angular: the interceptor sends the token to the API, and to nobody else', async () => {
  const page = await show('angular');
  const requests = [];
  page.on('request', (request) => requests.push(request));
  assert.equal(await page.evaluate(() => lab.get(lab.app)), 200);
  assert.equal(await page.evaluate(() => lab.get(lab.app, '/config.json')), 200);
  // The browser tells of the headers by itself, and later than the page has its answer.
  const carriesToken = async (path) => {
    const request = requests.findLast((request) => new URL(request.url()).pathname === path);
    return (await request.headerValue('authorization')) !== null;
  };
  assert.deepEqual([await carriesToken('/2.0/files/101/content'), await carriesToken('/config.json')], [true, false]);
  assert.equal(await requestsTo(stage), 1);
});

test('angular: after a 401 it sends once more with another token, and hands on a second one', async () => {
  const page = await show('angular');
  assert.equal(await page.evaluate(() => lab.get(lab.app)), 200);
  await stage.server.expire();
  assert.equal(await page.evaluate(() => lab.get(lab.app)), 200);
  assert.equal(await requestsTo(stage), 2);
  await stage.server.faults({ file: { status: 401 } });
  assert.equal(await page.evaluate(() => lab.get(lab.app)), 401);
  assert.ok((await requestsTo(stage)) <= 3);
});
