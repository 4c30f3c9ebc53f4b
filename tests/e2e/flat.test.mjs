// Pages stay open for days. What a client takes after an hour is what it takes
// after twenty-four, and after close() nothing of it is left.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { engine } from './support/browser.mjs';
import { openPage, setUp } from './support/page.mjs';

/** Where the heap cannot be seen, fewer will do. */
const HOURS = engine === 'chromium' ? 24 : 6;

/** What the heap of the page may grow by between the second hour and any other: bytes, of some two million. */
const HEAP = 200_000;

/** How many more tokens may wait for their revoke or their end at one full hour than at another, of a thousand. */
const ENDING = 100;

const stage = setUp();

test('a day of use with 1,000 grants grows nothing, and close() leaves nothing', { timeout: 300_000 }, async (t) => {
  const { page } = stage;
  await openPage(stage, { page, name: 'day.html' });
  await page.evaluate(begin);
  const { pages: _, ...nothing } = await look(page);

  await page.evaluate(open);
  const hours = [];
  for (let hour = 1; hour <= HOURS; hour += 1) {
    await page.evaluate(useForAnHour);
    hours.push(await look(page));
    const asked = await page.evaluate(() => day.asked);
    t.diagnostic(line({ hour, ...hours.at(-1), ...asked }));
  }
  const [, second, ...later] = hours;
  for (const [index, now] of later.entries()) {
    const hour = `hour ${index + 3}: ${line(now)}`;
    for (const same of ['listeners', 'channels']) assert.equal(now[same], second[same], hour);
    // One that runs puts a page out of Chromium's back/forward cache.
    assert.equal(now.finalizers, 0, hour);
    assert.ok(now.timers <= 2, hour);
    // One more for the names that are kept for the end, of which there are at most 1,000.
    assert.ok(now.pages <= second.pages + 1, hour);
    assert.ok(now.references <= second.references + ENDING, hour);
    assert.ok(!(now.heap > second.heap + HEAP), hour);
  }

  const { tokens, confirmed } = await page.evaluate(end);
  const left = await look(page);
  t.diagnostic(line({ hour: 'end', ...left }));
  assert.ok(tokens >= 1_000 && confirmed, `${tokens} tokens`);
  // The memory of WebAssembly never shrinks, in any engine; code that was compiled
  // for what ran stays in the heap.
  const { pages: __, heap, ...rest } = left;
  const { heap: ___, ...none } = nothing;
  assert.deepEqual(rest, none, 'as if there had been no client');
  if (heap) assert.equal(await page.evaluate(() => day.alive()), 0, 'nobody keeps the client or a grant');
});

test('handles that nobody has any more are forgotten', { skip: engine !== 'chromium' && 'only Chromium counts objects' }, async () => {
  const { page } = stage;
  const session = await page.context().newCDPSession(page);
  await page.evaluate(async () => {
    globalThis.client = await fixture.open({ maxGrants: 10 });
  });
  for (let files = 0; files < 5_000; files += 500) {
    await page.evaluate((files) => {
      for (let file = files; file < files + 500; file += 1) fixture.grantFor(client, { file: String(file) });
    }, files);
    await session.send('HeapProfiler.collectGarbage');
  }
  assert.ok((await largestMap(session)) < 1_500);
});

/** How many entries the largest of all maps in the page has. */
async function largestMap(session) {
  const { result: prototype } = await session.send('Runtime.evaluate', { expression: 'Map.prototype' });
  const { objects } = await session.send('Runtime.queryObjects', { prototypeObjectId: prototype.objectId });
  const { result } = await session.send('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    functionDeclaration: 'function () { return Math.max(...this.map(({ size }) => size)); }',
    returnByValue: true,
  });
  return result.value;
}

/** The books, after a collection where the engine lets a test have one. */
async function look(page) {
  if (engine !== 'chromium') return page.evaluate(() => day.books());
  const session = await page.context().newCDPSession(page);
  // Twice: what the first lets go of late is collected by the second.
  for (let times = 0; times < 2; times += 1) {
    await session.send('HeapProfiler.collectGarbage');
    await page.evaluate(() => day.settled());
  }
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return { heap: usedSize, ...(await page.evaluate(() => day.books())) };
}

/** Starts WebAssembly, by a client that is closed again. */
async function begin() {
  const client = await fixture.open();
  await client.close();
  await day.settled();
}

/** Opens 1,000 grants in the course of fifty minutes, as if a user went from file to file. */
async function open() {
  globalThis.client = await fixture.open();
  globalThis.grants = [];
  globalThis.files = 0;
  while (grants.length < 1_000) {
    for (let count = 0; count < 20; count += 1) {
      const grant = fixture.grantFor(client, { file: `kept-${grants.length}` });
      grants.push(grant);
      grant.token();
    }
    await day.pass(60_000);
  }
}

/** An hour: gets, fetches and refusals, impatient callers, files that come and go, a page that is looked at. */
async function useForAnHour() {
  const tell = () => {};
  for (let quarter = 0; quarter < 4; quarter += 1) {
    client.addEventListener('refreshed', tell);
    for (const grant of grants) {
      grant.peek();
      if (grant.state.status === 'closed') throw new Error('closed');
      await grant.token();
    }
    for (let turn = 0; turn < 100; turn += 1) {
      const grant = grants[(turn * 37) % grants.length];
      await (await grant.fetch(grant.resource)).text();
    }
    for (let turn = 0; turn < 10; turn += 1) {
      const controller = new AbortController();
      const passing = fixture.grantFor(client, { file: `passing-${files}` });
      files += 1;
      const given = passing.token({ signal: controller.signal, timeout: 10_000 });
      if (turn % 3 === 0) controller.abort();
      await given.catch(() => {});
      if (turn % 2 === 0) await passing.revoke();
    }
    await grants[quarter].token({ forceRefresh: true });
    grants[100 + quarter].reject(await grants[100 + quarter].token());
    for (const type of ['focus', 'online', 'visibilitychange']) events.tell(type);
    client.removeEventListener('refreshed', tell);
    await day.pass(900_000);
  }
}

async function end() {
  const { tokens, confirmed } = await client.close();
  // The page lets go of them: what it no longer has, nothing else may keep.
  day.watch([client, ...grants]);
  client = grants = undefined;
  await fixture.closeAll();
  await day.settled();
  // The request for the end of the page is written down anew some milliseconds later.
  await day.pass(1_000);
  return { tokens, confirmed };
}

const line = (columns) =>
  Object.entries(columns)
    .map(([name, value]) => `${name} ${value}`)
    .join('  ');
