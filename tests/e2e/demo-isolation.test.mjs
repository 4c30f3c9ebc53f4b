// The demo's switch between page, worker and vault, and what it says that a script in the page can see.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { goneWhen } from './support/ledger.mjs';
import { setUp, until } from './support/page.mjs';
import { inCheckout, startServer } from './support/server.mjs';

const mounts = { '/node_modules/': inCheckout('node_modules') };
const stage = setUp(mounts, async () => ({ vaulted: await startServer(mounts, { vault: 'www/vault' }) }));

test('in the page, hooks hear a token and the answer, and the backend gives a script one of its own', async () => {
  await open(stage.server);
  const { rows, words } = await lookThroughHooks();
  assert.equal(rows.length, 13);
  const [, byFetch] = rows.find(([place]) => place === 'fetch');
  for (const secret of [/a token/, /a handle/, /the token endpoint’s answer/]) assert.match(byFetch, secret);
  assert.match(words, /^It hears a secret in [1-9]\d* of 13 places\. .*it gets a token\.$/);
  const { tokens } = await goneWhen(stage.server, ({ live }) => live === 1);
  const own = tokens.find(({ scope }) => scope === 'base_preview');
  assert.equal(own.state, 'revoked', 'what it got is given back');
});

test('in a worker, hooks hear no secret, and the backend gives a script a token of its own', async () => {
  const { server } = stage;
  await open(server);
  await choose('worker');
  const { rows, words } = await lookThroughHooks();
  assertNothingHeard(rows);
  assert.match(words, /^It hears no token, .* in 13 places\. .*it gets a token\.$/);
  await choose('page');
  const { rows: again } = await lookThroughHooks();
  assert.ok(again.some(([, heard]) => heard.includes('a token')), 'and back');
});

test('in a vault, hooks hear no secret, and the backend gives a script nothing', async () => {
  const { page, vaulted } = stage;
  await vaulted.reset();
  await open(vaulted);
  const before = await vaulted.ledger();
  const { rows, words } = await lookThroughHooks();
  assertNothingHeard(rows);
  assert.match(words, /^It hears no token, .* in 13 places\. .*it gets no token\.$/);
  const { tokens, requests } = await vaulted.ledger();
  assert.ok(tokens.length > before.tokens.length, 'a token was got while the hooks listened');
  assert.ok(requests.file > before.requests.file, 'and used');
  assert.ok(tokens.every(({ scope }) => scope !== 'base_preview'), 'and none but the keeper’s');
  await page.goto('about:blank');
  await goneWhen(vaulted, ({ live }) => live === 0);
});

test('what cannot be chosen says why', async () => {
  const { page, server, vaulted } = stage;
  await open(server);
  assert.deepEqual(await choices(), { able: ['page', 'worker'], checked: 'page' });
  assert.match(await look(MISSING), /^A vault takes an origin of its own: .* --vault\.$/);
  await vaulted.reset();
  await open(vaulted);
  assert.deepEqual(await choices(), { able: ['vault'], checked: 'vault' });
  assert.match(await look(MISSING), /no token endpoint/);
  await page.goto('about:blank');
});

test('pictures and sounds are shown where the page has no token', async () => {
  const { page, server } = stage;
  await open(server);
  await choose('worker');
  for (const [kind, isShown] of Object.entries(SHOWN)) {
    await look(`() => [...document.querySelectorAll('#chooser label')].find(({ textContent }) => textContent === '${kind}').click()`);
    await until(page, isShown);
  }
});

const SHOWN = {
  Image: () => document.querySelector('#stage[aria-busy="false"] img[src^="blob:"]'),
  Video: () => document.querySelector('#stage[aria-busy="false"] video[src^="blob:"]'),
  Audio: () => document.querySelector('#stage[aria-busy="false"] audio[src^="blob:"]'),
};

const MISSING = () => document.querySelector('#host-missing').textContent;

/** Loads the demo, and waits until it shows its document. */
async function open({ app }) {
  await stage.page.goto(`${app}/`);
  await until(stage.page, () => document.querySelector('canvas')?.checkVisibility());
}

/** What a function sees of the document, whose policy forbids `eval`; given as text, for what it is about. */
const look = (source) => stage.page.look?.(source) ?? stage.page.evaluate(`(${source})()`);

/** Waits until the document is shown again, too: pdf.js throws into the void where it is stopped as it opens one. */
async function choose(host) {
  await look(`() => document.querySelector('[name="host"][value="${host}"]').click()`);
  await until(stage.page, NOTED[host]);
  await until(stage.page, () => document.querySelector('#stage[aria-busy="false"] canvas'));
}

const NOTED = {
  page: () => document.querySelector('#host-note').textContent.startsWith('The client is in this page'),
  worker: () => document.querySelector('#host-note').textContent.startsWith('A dedicated worker'),
};

const choices = () =>
  look(`() => {
    const inputs = [...document.getElementsByName('host')];
    const valueOf = ({ value }) => value;
    return {
      able: inputs.filter(({ disabled }) => !disabled).map(valueOf),
      checked: inputs.filter(({ checked }) => checked).map(valueOf).join(),
    };
  }`);

/** Presses the button; the table's rows, and what is said of them. */
async function lookThroughHooks() {
  await look(`() => document.querySelector('#look').click()`);
  await until(stage.page, () => document.querySelector('#seen').textContent !== 'Under way…');
  return look(`() => ({
    rows: [...document.querySelectorAll('#seen-rows tr')].map(({ cells }) => [...cells].map(({ textContent }) => textContent)),
    words: document.querySelector('#seen').textContent,
  })`);
}

/** Nothing, in spite of all that passed. */
function assertNothingHeard(rows) {
  assert.equal(rows.length, 13);
  for (const [place, heard] of rows) assert.match(heard, /^nothing/, place);
  const busy = rows.filter(([, heard]) => heard !== 'nothing');
  assert.ok(busy.length >= 5, `${rows}`);
}
