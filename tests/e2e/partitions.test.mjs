// Browsers keep what a frame has in common with other tabs apart, by the site of
// the page around it. Signing out in every tab goes as far as that, and the
// backend's word goes further.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openFrame } from './support/frames.mjs';
import { ledgerWhen, reasonsOf } from './support/ledger.mjs';
import { addressOf, openPage, setUp } from './support/page.mjs';

const stage = setUp();

/** `localhost` and `127.0.0.1` are two sites, though one server. */
const HERE = () => stage.server.app;
const ELSEWHERE = () => stage.server.app.replace('127.0.0.1', 'localhost');

test('revoking in every tab reaches a frame of the app under its own site', async () => {
  const { page, server } = stage;
  const frame = await frameUnder(HERE());
  await withToken(page);
  await withToken(frame);
  await page.evaluate(() => client.revokeAll({ everyTab: true }));
  const ledger = await ledgerWhen(server, ({ live }) => live === 0);
  assert.deepEqual(reasonsOf(ledger), ['logout', 'logout']);
  assert.equal(await frame.evaluate(() => grant.peek()), undefined);
});

test('revoking in every tab does not reach a frame of the app under another site, nor the other way around', async () => {
  const { page, server } = stage;
  const frame = await frameUnder(ELSEWHERE());
  const beside = await frameUnder(HERE());
  await withToken(page);
  await withTokenElsewhere(frame);
  await withToken(beside);
  await page.evaluate(() => client.revokeAll({ everyTab: true }));
  // Whoever hears it has heard it by then.
  await ledgerWhen(server, ({ live }) => live === 1);
  assert.equal(await holdsToken(frame), true);
  await page.evaluate(() => grant.token());
  await frame.evaluate(() => client.revokeAll({ everyTab: true }));
  assert.equal(await holdsToken(frame), false);
  assert.equal(await holdsToken(page), true);
});

test('frames of the app under the same other site reach each other', async () => {
  const { server } = stage;
  const [frame, beside] = [await frameUnder(ELSEWHERE()), await frameUnder(ELSEWHERE())];
  await withTokenElsewhere(frame);
  await withTokenElsewhere(beside);
  await frame.evaluate(() => client.revokeAll({ everyTab: true }));
  await ledgerWhen(server, ({ live }) => live === 0);
  assert.equal(await holdsToken(beside), false);
});

test('what reaches a frame of the app under another site is the backend, by its lease', async () => {
  const { page, server } = stage;
  const frame = await frameUnder(ELSEWHERE());
  await withToken(page);
  await withTokenElsewhere(frame, { leaseEndpoint: '/api/lease' });
  const { tokens } = await ledgerWhen(server, ({ leases }) => leases.some(({ held }) => held));
  await frame.evaluate(() => void (globalThis.revoked = fixture.next(grant, 'revoked')));
  await page.evaluate(() => client.revokeAll({ everyTab: true }));
  await server.recall('all', tokens[1].session);
  assert.equal(await frame.evaluate(async () => (await revoked).detail.reason), 'recalled');
  assert.equal(await holdsToken(frame), false);
  const ledger = await ledgerWhen(server, ({ live }) => live === 0);
  assert.deepEqual(reasonsOf(ledger), ['logout', 'recalled']);
});

/** A frame of the app in a tab of its own, in a page of `origin`. */
async function frameUnder(origin) {
  const tab = await openPage(stage, { origin });
  return openFrame(tab, addressOf(stage, undefined, HERE()));
}

/** Leaves a client, its grant and its token in a page or frame. */
const withToken = (place, options) =>
  place.evaluate(async (options) => {
    globalThis.client = await fixture.open({ app: 'preview', ...options });
    globalThis.grant = fixture.grantFor(client);
    await grant.token();
  }, options);

/** The same in a frame under another site, from which the browser keeps the cookie. */
const withTokenElsewhere = (frame, options) =>
  frame.evaluate(async (options) => {
    fixture.renewByParent();
    globalThis.client = await fixture.open({ app: 'preview', getToken: fixture.fromParent, ...options });
    globalThis.grant = fixture.grantFor(client);
    await grant.token();
  }, options);

const holdsToken = (place) => place.evaluate(() => grant.peek() !== undefined);
