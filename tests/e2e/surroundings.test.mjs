// What else is in the page: a blocker that swallows beacons, a listener that uses up the
// quota, markup that came in, a library that takes options for something else.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allRevoked, goneWhen, reasonsOf } from './support/ledger.mjs';
import { addressOf, follow, setUp } from './support/page.mjs';

const stage = setUp();

/** Ways to take a beacon, and to say that it was sent. */
const SWALLOWED = {
  'of the page alone': () => {
    navigator.sendBeacon = () => true;
  },
  'for all documents': () => {
    Navigator.prototype.sendBeacon = () => true;
  },
  'of the addresses on a list': () => {
    const { sendBeacon } = navigator;
    navigator.sendBeacon = (url, body) =>
      /revoke|track|collect/.test(url) || sendBeacon.call(navigator, url, body);
  },
};

for (const [name, swallow] of Object.entries(SWALLOWED)) {
  test(`a page whose beacons are swallowed revokes by the request beside it: a sendBeacon ${name}`, async () => {
    const { page, server } = stage;
    await withToken();
    await page.evaluate(swallow);
    await leave();
    await goneWhen(server, ({ tokens, live }) => tokens.length === 1 && live === 0);
  });
}

/** Ways to use up what a leaving page may still send, before the SDK is asked. */
const GREEDY = {
  'by one beacon': () => {
    addEventListener('pagehide', () => navigator.sendBeacon('/t/empty.html', 'x'.repeat(65_536)), true);
  },
  'by a request that outlives the page': () => {
    const init = { method: 'POST', keepalive: true, body: 'x'.repeat(65_536) };
    addEventListener('pagehide', () => void fetch('/t/empty.html', init).catch(() => {}), true);
  },
  'by many': () => {
    const greedy = () => {
      for (let left = 64; left > 0; left -= 1) navigator.sendBeacon('/t/empty.html', 'x'.repeat(1_024));
    };
    addEventListener('pagehide', greedy, true);
  },
};

for (const [name, fill] of Object.entries(GREEDY)) {
  test(`where another listener has used up the quota ${name} the page still revokes`, async () => {
    const { page, server } = stage;
    await page.evaluate(fill);
    await withToken();
    await leave();
    await goneWhen(server, ({ tokens, live }) => tokens.length === 1 && live === 0);
  });
}

/** Ways to write a document anew, which takes every listener of its page away. */
const WRITTEN = {
  'and closed': () => {
    document.open();
    document.write('<p>new');
    document.close();
  },
  'and left open': () => {
    document.open();
    document.write('<p>new');
  },
  'without a word of opening it': () => document.write('<p>new'),
};

for (const [name, write] of Object.entries(WRITTEN)) {
  test(`a page that is written anew ${name} still revokes as it goes`, async () => {
    const { page, server } = stage;
    await withToken();
    await page.evaluate(write);
    await leave();
    await goneWhen(server, ({ tokens, live }) => tokens.length === 1 && live === 0);
  });
}

/** Bases that markup can bring in. */
const BASES = {
  'on another origin': () => stage.server.api,
  'on another path': () => '/else/where/',
  'that is none': () => 'data:,nothing',
};

for (const [name, base] of Object.entries(BASES)) {
  test(`endpoints are where the page is, whatever its <base> says, which is told once: one ${name}`, async () => {
    const { page, server } = stage;
    const warned = await page.evaluate(async (href) => {
      const warned = [];
      console.warn = (text) => warned.push(text);
      document.head.append(Object.assign(document.createElement('base'), { href }));
      for (let clients = 2; clients > 0; clients -= 1) {
        const endpoints = { tokenEndpoint: '../api/token', revokeEndpoint: '../api/revoke' };
        await (await fixture.openGrant(endpoints)).token();
      }
      return warned;
    }, base());
    const told = name === 'that is none' ? [0, 1] : [1];
    assert.ok(told.includes(warned.length), `${warned.length} warnings`);
    for (const text of warned) assert.match(text, /endpoint_base/);
    await leave();
    const { tokens } = await goneWhen(server, ({ live }) => live === 0);
    assert.equal(tokens.length, 2);
  });
}

test('a frame without an address of its own asks where the page around it is', async () => {
  const { page, server } = stage;
  const outcome = await page.evaluate(async (api) => {
    // What the frame would otherwise inherit.
    document.head.append(Object.assign(document.createElement('base'), { href: api }));
    const heard = new Promise((resolve) => {
      globalThis.hear = resolve;
    });
    const frame = document.createElement('iframe');
    frame.srcdoc = `<script type="module">
      import { createTokenClient } from '${location.origin}/pkg/index.js';
      const client = await createTokenClient({
        tokenEndpoint: '/api/token',
        revokeEndpoint: '/api/revoke',
        headers: { 'X-Downscope': '1' },
      });
      const grant = client.grant({ resource: '${fixture.fileUrl('101')}', scopes: ['base_preview'] });
      parent.hear(await grant.token().then(() => 'a token', String));
    </script>`;
    document.body.append(frame);
    return heard;
  }, `${server.api}/`);
  assert.equal(outcome, 'a token');
  await page.evaluate(() => document.querySelector('iframe').remove());
  await allRevoked(server, 1, 'unload');
});

/** Ways in which what wraps `addEventListener` has misread its options. */
const MANGLED = {
  'that takes any options for capturing': () => {
    const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
    EventTarget.prototype.addEventListener = function (type, listener, options) {
      add.call(this, type, listener, !!options);
    };
    EventTarget.prototype.removeEventListener = function (type, listener, options) {
      remove.call(this, type, listener, !!options);
    };
  },
  'that takes all listeners away when it is given options': () => {
    const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
    const all = [];
    EventTarget.prototype.addEventListener = function (type, listener, options) {
      all.push([this ?? globalThis, type, listener, options]);
      const end = () => {
        for (const [target, name, one, given] of all) {
          if (name === type) remove.call(target, name, one, given);
        }
      };
      if (options?.signal) add.call(options.signal, 'abort', end);
      add.call(this ?? globalThis, type, listener, options === true || !!options?.capture);
    };
    EventTarget.prototype.removeEventListener = function (type, listener, options) {
      if (Object(options) !== options) return remove.call(this ?? globalThis, type, listener, options);
      for (const [target, name, one, given] of all) {
        if (name === type) remove.call(target, name, one, given);
      }
    };
  },
  'that takes no options at all': () => {
    const { addEventListener: add } = EventTarget.prototype;
    EventTarget.prototype.addEventListener = function (type, listener, options) {
      if (Object(options) === options) throw new TypeError('a boolean is wanted');
      add.call(this ?? globalThis, type, listener, options);
    };
  },
};

for (const [name, mangle] of Object.entries(MANGLED)) {
  test(`a client that is closed takes only its own listeners along, under a wrapper ${name}`, async () => {
    const { page, server } = stage;
    await page.evaluate(mangle);
    const heard = await page.evaluate(async () => {
      let heard = 0;
      addEventListener('focus', () => (heard += 1));
      addEventListener('pagehide', () => navigator.sendBeacon('/t/empty.html'));
      globalThis.grant = await fixture.openGrant();
      await grant.token();
      const passing = await fixture.open();
      await fixture.grantFor(passing, { file: '102' }).token();
      await passing.close();
      dispatchEvent(new Event('focus'));
      return heard;
    });
    assert.equal(heard, 1);
    await leave();
    const ledger = await goneWhen(server, ({ tokens, live }) => tokens.length === 2 && live === 0);
    assert.equal(reasonsOf(ledger)[1], 'explicit');
    assert.match(reasonsOf(ledger)[0], /bfcache|unload/);
  });
}

/** Leaves a client, its grant and its token in the page. */
const withToken = (options) =>
  stage.page.evaluate(async (options) => {
    globalThis.grant = await fixture.openGrant(options);
    await grant.token();
  }, options);

/** Not by closing the tab: Firefox cuts off there what is left to do. */
const leave = () => follow(stage.page, addressOf(stage, 'clock.js'));
