// A token with its expiry, and one that is pushed: the rules, one by one.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { load, openClient } from './support/client.mjs';

const { follow, tokenCredential, withExpiry } = await load('adapters.js');

let client;
let grant;
let requests;
let failing;
beforeEach(async () => {
  failing = undefined;
  ({ client, requests } = await openClient(() => {
    if (failing) throw failing;
  }));
  grant = client.grant({ resource: 'https://api.example/', scopes: ['read'] });
});
afterEach(() => client.close());

/** What is pushed; `next()` is the next of it. */
function pushes() {
  const pushed = [];
  const waiting = [];
  const push = (token) => {
    pushed.push(token);
    waiting.splice(0).forEach((resolve) => resolve(token));
  };
  return { pushed, push, next: () => new Promise((resolve) => waiting.push(resolve)) };
}

/** A grant in the hands of the test: `answers` are what `token()` gives, or throws, one after the other. */
class FakeGrant extends EventTarget {
  asked = 0;

  constructor(...answers) {
    super();
    this.answers = answers;
  }

  async token() {
    this.asked += 1;
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (answer instanceof Error) throw answer;
    return answer;
  }

  emit(type, detail = {}) {
    this.dispatchEvent(Object.assign(new Event(type), { detail }));
  }
}

const failure = (code, more) => Object.assign(new Error(code), { code, ...more });

test('a token comes with its expiry, in milliseconds and in seconds', async (context) => {
  const now = 1_800_000_000_000;
  context.mock.timers.enable({ apis: ['Date'], now });
  const state = { status: 'valid', refreshAt: now + 2_400_000, expiresAt: now + 3_600_000 };
  const fake = { token: async (options) => `FAKE ${options.minTtl}`, state };
  assert.deepEqual(await withExpiry(fake, { minTtl: 60_000 }), {
    token: 'FAKE 60000',
    refreshAt: state.refreshAt,
    expiresAt: state.expiresAt,
    expiresIn: 3600,
  });
});

test('a real grant has an expiry by then', async () => {
  const { token, refreshAt, expiresAt, expiresIn } = await withExpiry(grant);
  assert.equal(token, 'FAKE-1');
  assert.ok(0 < refreshAt && refreshAt < expiresAt && expiresIn <= 3601);
});

test('a token that is gone by the time it is handed out has no life left', async () => {
  const gone = { token: async () => 'FAKE', state: { status: 'empty' } };
  const { expiresAt, refreshAt, expiresIn } = await withExpiry(gone);
  assert.equal(expiresIn, 0);
  assert.equal(refreshAt, expiresAt);
});

test('a credential of Azure has the expiry, gives up with the signal, and asks anew where claims are wanted', async () => {
  const { getToken } = tokenCredential(grant);
  const { token, refreshAfterTimestamp, expiresOnTimestamp } = await getToken('https://api.example/.default');
  assert.equal(token, 'FAKE-1');
  assert.ok(0 < refreshAfterTimestamp && refreshAfterTimestamp < expiresOnTimestamp);
  assert.equal((await getToken([], { claims: 'e30=' })).token, 'FAKE-2');
  await grant.revoke();
  await assert.rejects(getToken([], { abortSignal: AbortSignal.abort() }), { code: 'aborted' });
});

test('the first token is pushed, and the next one as soon as it is there', async () => {
  const { pushed, push, next } = pushes();
  const controller = new AbortController();
  const first = next();
  const followed = follow(grant, push, { signal: controller.signal });
  await first;
  const second = next();
  await grant.token({ forceRefresh: true });
  await second;
  assert.deepEqual(pushed, ['FAKE-1', 'FAKE-2']);

  controller.abort();
  assert.equal(await followed, undefined);
  await grant.token({ forceRefresh: true });
  assert.deepEqual(pushed, ['FAKE-1', 'FAKE-2']);
});

test('the same token is pushed once, however often it is told of', async () => {
  const { pushed, push, next } = pushes();
  const fake = new FakeGrant('FAKE-1');
  const first = next();
  follow(fake, push);
  await first;
  for (const type of ['refreshed', 'expired', 'refreshed']) fake.emit(type);
  fake.answers = ['FAKE-2'];
  const second = next();
  fake.emit('refreshed');
  await second;
  assert.deepEqual(pushed, ['FAKE-1', 'FAKE-2']);
});

for (const [event, detail] of [
  ['expired', {}],
  ['error', {}],
  ['revoked', { reason: 'bfcache' }],
  ['revoked', { reason: 'hidden' }],
  ['revoked', { reason: 'lapsed' }],
  ['revoked', { reason: 'recalled' }],
  ['revoked', { reason: 'evicted' }],
]) {
  test(`a token that is gone (${event} ${detail.reason ?? ''}) is asked for again, and the next one pushed`, async () => {
    const { push, next } = pushes();
    const fake = new FakeGrant('FAKE-1');
    const first = next();
    follow(fake, push);
    await first;
    fake.answers = ['FAKE-2'];
    const second = next();
    fake.emit(event, detail);
    assert.equal(await second, 'FAKE-2');
  });
}

test('following ends where the app revokes the grant, signs the user out or closes the client', async () => {
  for (const end of [() => grant.revoke(), () => client.revokeAll(), () => client.close()]) {
    const { push, next } = pushes();
    const first = next();
    const followed = follow(grant, push);
    await first;
    const before = requests.length;
    await end();
    assert.equal(await followed, undefined);
    assert.equal(requests.length, before);
  }
});

test('following ends where the grant is revoked or its client closed while a token is waited for', async () => {
  assert.equal(await follow(new FakeGrant(failure('closed')), assert.fail), undefined);
  const fake = new FakeGrant(failure('revoked'));
  const followed = follow(fake, assert.fail);
  fake.emit('revoked', { reason: 'explicit' });
  assert.equal(await followed, undefined);
});

test('following goes on where the backend recalls what is waited for', async () => {
  const { push, next } = pushes();
  const fake = new FakeGrant(failure('revoked'), 'FAKE-1');
  const first = next();
  follow(fake, push);
  fake.emit('revoked', { reason: 'recalled' });
  assert.equal(await first, 'FAKE-1');
});

for (const [end, how] of Object.entries({
  'a revoke': () => grant.revoke(),
  'a sign-out': () => client.revokeAll(),
  'the client': () => client.close(),
})) {
  test(`following ends with ${end} in an outage, and nobody asks afterwards`, async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    failing = Object.assign(new Error('down'), { status: 503 });
    const followed = follow(grant, assert.fail);
    await new Promise((resolve) => grant.addEventListener('error', resolve, { once: true }));
    how();
    assert.equal(await followed, undefined);
    const before = requests.length;
    failing = undefined;
    context.mock.timers.tick(600_000);
    await settled();
    assert.equal(requests.length, before);
  });
}

test('a signal that has fired before pushes nothing', async () => {
  const { pushed, push } = pushes();
  await follow(grant, push, { signal: AbortSignal.abort() });
  assert.deepEqual(pushed, []);
});

test('what is retryable is tried again after the time that it says', async () => {
  const { push, next } = pushes();
  const fake = new FakeGrant(failure('network', { retryable: true, retryAfter: 1 }), failure('unavailable', { retryable: true, retryAfter: 1 }), 'FAKE-1');
  const first = next();
  follow(fake, push);
  assert.equal(await first, 'FAKE-1');
  assert.equal(fake.asked, 3);
});

test('it is told where no token can be had', async () => {
  failing = Object.assign(new Error('signed out'), { status: 401 });
  await assert.rejects(follow(grant, assert.fail), { code: 'login_required' });
});

test('it is told what the client throws that is pushed to, and nothing is pushed any more', async () => {
  const pushed = [];
  const push = (token) => {
    pushed.push(token);
    return Promise.reject(new Error('of the client'));
  };
  await assert.rejects(follow(grant, push), /of the client/);
  await grant.token({ forceRefresh: true });
  assert.deepEqual(pushed, ['FAKE-1']);
});

test('what is pushed to may throw whatever it likes: it is told, and nothing is pushed again', async () => {
  const errors = [failure('revoked'), failure('aborted'), failure('network', { retryable: true, retryAfter: 1 }), undefined];
  for (const error of errors) {
    const pushed = [];
    const push = (token) => {
      pushed.push(token);
      throw error;
    };
    const told = await follow(new FakeGrant('FAKE-1'), push).then(() => 'nothing', (told) => [told]);
    assert.deepEqual(told, [error]);
    assert.deepEqual(pushed, ['FAKE-1']);
  }
});

test('nobody is held once it is over, nor a timer kept', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const fake = new FakeGrant(failure('network', { retryable: true, retryAfter: 1000 }));
  const listeners = new Set();
  fake.addEventListener = (type, listener) => {
    listeners.add(type);
    EventTarget.prototype.addEventListener.call(fake, type, listener);
  };
  fake.removeEventListener = (type, listener) => {
    listeners.delete(type);
    EventTarget.prototype.removeEventListener.call(fake, type, listener);
  };
  const controller = new AbortController();
  const followed = follow(fake, assert.fail, { signal: controller.signal });
  await settled();
  context.mock.timers.tick(1000);
  await settled();
  assert.deepEqual([fake.asked, listeners.size], [2, 4]);

  controller.abort();
  await followed;
  context.mock.timers.tick(1000);
  fake.emit('refreshed');
  assert.deepEqual([fake.asked, listeners.size], [2, 0]);
});

test('what arrives after the signal is neither pushed nor tried again', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  for (const late of ['FAKE-1', failure('network', { retryable: true, retryAfter: 1000 })]) {
    const fake = new FakeGrant(late);
    const { pushed, push } = pushes();
    const controller = new AbortController();
    const followed = follow(fake, push, { signal: controller.signal });
    controller.abort();
    await followed;
    await settled();
    context.mock.timers.tick(1000);
    assert.deepEqual([fake.asked, pushed], [1, []]);
  }
});

/** Once whatever is due in promises has been done. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
