// In an iframe, as a preview widget has it: of the same origin, and of another
// site. The frame's tokens go with the frame, and only they.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openFrame } from './support/frames.mjs';
import { goneWhen, ledgerWhen, reasonsOf } from './support/ledger.mjs';
import { addressOf, follow, setUp } from './support/page.mjs';

const stage = setUp();

/** `localhost` and `127.0.0.1` are two sites, though one server. */
const ORIGINS = {
  'of the same origin': () => stage.server.app,
  'of another site': () => stage.server.app.replace('127.0.0.1', 'localhost'),
};

for (const [kind, originOf] of Object.entries(ORIGINS)) {
  test(`removing a frame ${kind} revokes its token, and leaves the page its own`, async () => {
    const { page } = stage;
    await openBoth(originOf());
    await page.evaluate(() => document.querySelector('iframe').remove());
    await onlyThePageLives();
  });

  test(`a frame ${kind} that goes elsewhere revokes its token, and leaves the page its own`, async () => {
    const { page } = stage;
    await openBoth(originOf());
    await page.evaluate(
      (address) =>
        new Promise((resolve) => {
          const frame = document.querySelector('iframe');
          frame.onload = resolve;
          frame.src = address;
        }),
      addressOf(stage, 'empty.html', originOf()),
    );
    await onlyThePageLives();
  });

  test(`a frame ${kind} that reloads itself revokes its token, and leaves the page its own`, async () => {
    const frame = await openBoth(originOf());
    await frame.evaluate(() => {
      setTimeout(() => location.reload());
    });
    await onlyThePageLives();
  });

  test(`when the page leaves, its token and that of its frame ${kind} are revoked`, async () => {
    const { page, server } = stage;
    await openBoth(originOf());
    await follow(page, addressOf(stage, 'clock.js'));
    await goneWhen(server, ({ tokens, live }) => tokens.length === 2 && live === 0);
  });

  test(`when the tab is closed, its token and that of its frame ${kind} are revoked`, async () => {
    const { page, server } = stage;
    await openBoth(originOf());
    await page.close();
    await goneWhen(server, ({ tokens, live }) => tokens.length === 2 && live === 0);
  });

  test(`a frame ${kind} in which nobody asked for a token is none of the page's business`, async () => {
    const { page, server } = stage;
    await withToken(page);
    await openFrame(page, addressOf(stage, undefined, originOf()));
    // The second request of a page of the test before may have come late.
    const { requests: before } = await server.ledger();
    await page.evaluate(() => document.querySelector('iframe').remove());
    assert.equal(await pageFetches(), 200);
    const { requests } = await server.ledger();
    assert.deepEqual([requests.token, requests.revoke], [1, before.revoke]);
  });
}

test('a frame of another site gets no token by its cookie, whatever the browser', async () => {
  const elsewhere = ORIGINS['of another site']();
  const frame = await openFrame(stage.page, addressOf(stage, undefined, elsewhere));
  const { error } = await frame.evaluate(async () => {
    const grant = await fixture.openGrant();
    return fixture.outcome(grant.token());
  });
  assert.equal(error.code, 'login_required');
});

/** A token in the page, and then one in a frame in it; gives the frame. */
async function openBoth(origin) {
  const { page, server } = stage;
  await withToken(page);
  const frame = await openFrame(page, addressOf(stage, undefined, origin));
  await frame.evaluate(async (isAtHome) => {
    const options = isAtHome ? {} : { getToken: fixture.fromParent };
    globalThis.grant = await fixture.openGrant(options);
    await grant.token();
  }, origin === server.app);
  await ledgerWhen(server, ({ live }) => live === 2);
  return frame;
}

async function onlyThePageLives() {
  const ledger = await goneWhen(stage.server, ({ tokens, live }) => tokens.length === 2 && live === 1);
  assert.deepEqual(reasonsOf(ledger), [null, 'unload']);
  assert.equal(await pageFetches(), 200);
}

const pageFetches = () =>
  stage.page.evaluate(async () => (await grant.fetch(fixture.fileUrl('101'))).status);

const withToken = (page) =>
  page.evaluate(async () => {
    globalThis.grant = await fixture.openGrant();
    await grant.token();
  });
