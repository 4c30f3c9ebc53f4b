// `downscope/react` in pages of React 18 and 19, against the reference backend.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bundle, installPackage } from './support/bundle.mjs';
import { requestsTo, setUp } from './support/stage.mjs';

const stage = setUp('react', async () => {
  await installPackage();
  return {
    '/react18/': await bundle('react18', ['react.jsx'], { version: 18 }),
    '/react19/': await bundle('react19', ['react.jsx'], { version: 19 }),
  };
});

/** A page that shows a scene, in strict mode. */
const show = async (scene, { version = '19', options = {} } = {}) => {
  const page = await stage.open(`/react${version}/`);
  await page.evaluate(([scene, options]) => {
    lab.options = options;
    lab.mount(scene);
  }, [scene, options]);
  return page;
};

/** The page once as many components as that show a text. */
const shown = (page, count, text) =>
  page.waitForFunction(([count, text]) => document.body.textContent.split(text).length === count + 1, [count, text]);

/** Moves the clocks on to where the token has expired, and has the page seen. */
const afterExpiry = (page) =>
  page.evaluate(() => {
    clock.wall += 7_200_000;
    clock.monotonic += 7_200_000;
    events.tell('visibilitychange');
  });

for (const version of ['18', '19']) {
  test(`React ${version}: strict mode makes one client and one token request`, async () => {
    const page = await show('one', { version });
    await page.getByText('101 ready').waitFor();
    assert.equal(await requestsTo(stage), 1);
    const seen = await page.evaluate(() => [lab.version.split('.')[0], lab.clients.length, [...new Set(lab.statuses())]]);
    assert.deepEqual(seen, [version, 1, ['loading', 'ready']]);
  });

  test(`React ${version}: what a render throws away has made nothing`, async () => {
    const page = await show('abandoned', { version });
    await page.getByText('waiting').waitFor();
    await page.evaluate(() => lab.show('empty'));
    await page.getByText('waiting').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => lab.opened), 0);
    assert.equal(await requestsTo(stage), 0);
  });

  test(`React ${version}: two components with one grant share a token request, two providers a client`, async () => {
    for (const scene of ['pair', 'providers']) {
      const page = await show(scene, { version });
      await shown(page, 2, '101 ready');
      assert.equal(await page.evaluate(() => lab.clients.length), 1);
    }
    // One for each of the two pages.
    assert.equal(await requestsTo(stage), 2);
  });

  test(`React ${version}: a component that is mounted keeps its token fresh, and one that was unmounted asks for none`, async () => {
    const page = await show('pair', { version });
    await shown(page, 2, '101 ready');
    // One of the two goes.
    await page.evaluate(() => lab.show('one'));
    await shown(page, 1, '101 ready');
    const rendered = await page.evaluate(() => lab.views.length);
    await afterExpiry(page);
    await page.waitForFunction(() => lab.views.at(-1).grant.peek());
    assert.equal(await requestsTo(stage), 2);
    // Ready all the while: a viewer inside of it stays.
    assert.equal(await page.evaluate(() => lab.views.length), rendered);

    await page.evaluate(() => {
      lab.root.unmount();
      lab.grant = lab.views.at(-1).grant;
    });
    await afterExpiry(page);
    // The core's timers, and whoever would be told by them, have run by the time of the second.
    await page.evaluate(() => lab.clients[0].grant({ resource: `${api}/2.0/files/102`, scopes: ['base_preview'] }).token());
    assert.equal(await requestsTo(stage), 3);
    assert.equal(await page.evaluate(() => lab.grant.state.status), 'empty');
  });

  test(`React ${version}: what a server has rendered is taken over, and gets its token then`, async () => {
    const page = await stage.open(`/react${version}/`);
    const first = await page.evaluate(() => lab.render());
    assert.match(first, /101 loading/);
    assert.equal(await page.evaluate(() => lab.clients.length), 0);
    await page.evaluate((first) => lab.hydrate(first), first);
    await page.getByText('101 ready').waitFor();
    // One more part of the page, by when there is a token.
    await page.evaluate((first) => {
      lab.root.unmount();
      lab.hydrate(first);
    }, first);
    await page.getByText('101 ready').waitFor();
    assert.deepEqual(await page.evaluate(() => lab.complaints), []);
    assert.equal(await requestsTo(stage), 1);
  });
}

test('a render changes neither the grant nor a function', async () => {
  const page = await show('one');
  await page.getByText('101 ready').waitFor();
  for (let times = 0; times < 3; times += 1) await page.evaluate(() => lab.rerender());
  const different = await page.evaluate(() => {
    const ready = lab.views.filter(({ status }) => status === 'ready');
    return ['grant', 'fetch', 'token', 'retry'].map((key) => new Set(ready.map((view) => view[key])).size);
  });
  assert.deepEqual(different, [1, 1, 1, 1]);
  assert.equal(await requestsTo(stage), 1);
});

test('the token function of boxTokens stays the same as a prop', async () => {
  const page = await show('widgets');
  await page.getByText('widget').waitFor();
  const before = await page.evaluate(() => lab.widgets.length);
  for (let times = 0; times < 3; times += 1) await page.evaluate(() => lab.rerender());
  assert.equal(await page.evaluate(() => lab.widgets.length), before);
});

test('fetch can be called at once, from an effect', async () => {
  const page = await show('content');
  await page.waitForFunction(() => lab.content === 200);
  assert.deepEqual(await page.evaluate(() => lab.complaints), []);
  assert.equal(await requestsTo(stage), 1);
});

test('who comes back finds the token that there was', async () => {
  const page = await show('one');
  await page.getByText('101 ready').waitFor();
  await page.evaluate(() => lab.show('another'));
  await page.getByText('102 ready').waitFor();
  await page.evaluate(() => {
    lab.views.length = 0;
    lab.show('one');
  });
  await page.getByText('101 ready').waitFor();
  assert.deepEqual(await page.evaluate(() => [...new Set(lab.statuses())]), ['ready']);
  assert.equal(await requestsTo(stage), 2);
});

test('a backend that is down is told, and got over', async () => {
  await stage.server.faults({ token: { status: 503, retryAfter: 1 } });
  const page = await show('one');
  await page.getByText('101 failed unavailable').waitFor();
  await stage.server.faults({ token: null });
  await page.getByText('101 ready').waitFor();
});

test('what is retryable is tried again by itself, after the time that it says', async () => {
  const page = await stage.open('/react19/');
  await page.evaluate(() => {
    const failure = () => Object.assign(new Error(), { code: 'unavailable', retryable: true, retryAfter: 1 });
    // The first one is that of strict mode's first effect.
    const answers = [failure(), failure(), failure()];
    const grant = Object.assign(new EventTarget(), {
      peek: () => undefined,
      token: async () => {
        if (answers.length > 0) throw answers.pop();
        return 'FAKE';
      },
    });
    lab.given = { grant: () => grant };
    lab.mount('given');
  });
  await page.getByText('101 ready').waitFor();
  assert.match(await page.evaluate(() => lab.statuses().join()), /failed.*ready$/);
});

test('a refusal is told, and another try asks the backend again', async () => {
  await stage.server.faults({ token: { status: 403 } });
  const page = await show('pair');
  await shown(page, 2, '101 failed access_denied');
  const refused = await requestsTo(stage);
  await stage.server.faults({ token: null });
  await page.getByRole('button').first().click();
  // The other one is told by the grant.
  await shown(page, 2, '101 ready');
  assert.equal(await requestsTo(stage), refused + 1);
});

test('a client that cannot be made is told, and made by another try', async () => {
  const page = await show('one', { options: { timeout: -1 } });
  await page.getByText('101 failed invalid_options').waitFor();
  await page.evaluate(() => {
    lab.options = {};
  });
  await page.getByRole('button').click();
  await page.getByText('101 ready').waitFor();
  assert.equal(await page.evaluate(() => lab.clients.length), 1);
});

test('a token that was refused and could not be replaced is asked for again', async () => {
  const page = await show('one');
  await page.getByText('101 ready').waitFor();
  await stage.server.faults({ token: { status: 503, retryAfter: 1, times: 1 } });
  await page.evaluate(async () => {
    const { grant } = lab.views.at(-1);
    const controller = new AbortController();
    grant.addEventListener('error', () => controller.abort());
    grant.reject(grant.peek());
    // Who found that out waits for no other.
    await grant.token({ signal: controller.signal }).catch(() => {});
  });
  await page.waitForFunction(() => /failed.*ready$/.test(lab.statuses().join()));
});

test('what is ready stays so through a failure that the next try mends', async () => {
  const page = await show('one');
  await page.getByText('101 ready').waitFor();
  await stage.server.faults({ token: { status: 503, times: 1 } });
  await afterExpiry(page);
  await page.waitForFunction(() => lab.views.at(-1).grant.peek());
  assert.equal(await requestsTo(stage), 3);
  assert.deepEqual(await page.evaluate(() => [...new Set(lab.statuses())]), ['loading', 'ready']);
});

test('a sign-out in an outage is told, and nothing is asked for afterwards', async () => {
  await stage.server.faults({ token: { status: 503, retryAfter: 1 } });
  const page = await show('one');
  await page.getByText('101 failed unavailable').waitFor();
  await page.evaluate(() => lab.clients[0].revokeAll());
  await page.getByText('101 revoked').waitFor();
  await stage.server.faults({ token: null });
  const asked = await requestsTo(stage);
  // Whatever would have been due by then has run.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 2_000)));
  assert.equal(await requestsTo(stage), asked);
});

test('a sign-out is told, and asks for nothing until somebody does', async () => {
  const page = await show('one');
  await page.getByText('101 ready').waitFor();
  await page.evaluate(() => lab.clients[0].revokeAll());
  await page.getByText('101 revoked').waitFor();
  assert.equal(await requestsTo(stage), 1);
  await page.evaluate(() => lab.views.at(-1).token().then(() => {}));
  await page.getByText('101 ready').waitFor();
  assert.equal(await requestsTo(stage), 2);
});

test('a function that is another one at each render makes one client, and one more once that is closed', async () => {
  const page = await show('inline');
  await shown(page, 2, '101 ready');
  for (let times = 0; times < 3; times += 1) await page.evaluate(() => lab.rerender());
  assert.equal(await page.evaluate(() => lab.clients.length), 1);
  await page.evaluate(() => lab.clients[0].close().then(() => {}));
  await page.evaluate(() => lab.rerender());
  await shown(page, 2, '101 ready');
  assert.equal(await page.evaluate(() => lab.opened), 2);
});

test('a client that was closed is made again by another try, once for all', async () => {
  const page = await show('pair');
  await shown(page, 2, '101 ready');
  await page.evaluate(() => lab.clients[0].close().then(() => {}));
  await shown(page, 2, '101 revoked');
  await page.evaluate(() => document.querySelectorAll('button').forEach((button) => button.click()));
  await shown(page, 2, '101 ready');
  assert.equal(await page.evaluate(() => lab.opened), 2);
});

test('without a provider it says what is missing', async () => {
  const page = await stage.open('/react19/');
  const message = await page.evaluate(() => {
    const { error } = console;
    console.error = () => {};
    return new Promise((resolve) => {
      addEventListener('error', (event) => {
        event.preventDefault();
        console.error = error;
        resolve(event.message);
      });
      lab.mount('orphan');
    });
  });
  assert.match(message, /useGrant needs a TokenProvider/);
  stage.uncaught.length = 0;
});
