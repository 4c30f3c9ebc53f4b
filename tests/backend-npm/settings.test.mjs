// Settings that are wrong are refused at once, and by their names.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { authority, backendOf, stateless } from './support/backend.mjs';

const refused = (options, name) =>
  assert.throws(() => backendOf(authority(), options), { name: 'TypeError', message: name });

test('a path that is none is refused', () => {
  const wrong = ['api/token', '', 7, '/:id', '/{id}', '/*', '/a?b', '/a#b', '/a b', '/../a'];
  for (const token of wrong) refused({ paths: { token } }, /paths\.token/);
  refused({ paths: { tokens: '/a' } }, /paths\.tokens/);
  refused({ paths: { token: '/api/lease' } }, /paths/);
});

test('a path that is not given is where it is by default', async () => {
  const backend = backendOf(authority(), { paths: { token: undefined, lease: '/lease' } });
  assert.deepEqual(backend.paths, { token: '/api/token', revoke: '/api/revoke', lease: '/lease' });
  await backend.close();
});

test('lease terms that the contract does not have are refused', () => {
  for (const hold of [999, 60_001, 1_000.5, '5000', NaN]) refused({ lease: { hold } }, /lease\.hold/);
  for (const term of [9_999, Infinity]) refused({ lease: { hold: 1_000, term } }, /lease\.term/);
  refused({ lease: { hold: 10_000, term: 13_999 } }, /lease\.hold/);
  refused({ lease: { term: 50_000 } }, /lease\.hold/);
  refused({ lease: { holds: 5_000 } }, /lease\.holds/);
});

test('where only a schedule sweeps, a page may be silent for longer than two of its turns', async () => {
  const waitUntil = () => {};
  refused({ waitUntil, lease: { hold: 55_000, term: 90_000 } }, /lease\.hold must be 122000 .*sweep/);
  refused({ background: false, lease: { term: 90_000 } }, /lease\.hold/);
  for (const more of [{ lease: { hold: 1_000, term: 123_000 } }, { background: true, lease: {} }, {}]) {
    await backendOf(authority(), { waitUntil, ...more }).close({ patience: 0 });
  }
});

test('an origin that no browser would write is refused', () => {
  const wrong = ['*', 'app.example', 'https://app.example/', 'https://App.example', 'null', 7, null];
  for (const origin of wrong) refused({ origins: ['https://app.example', origin] }, /origins/);
});

test('a hook that is no function is refused', () => {
  refused({ onEvent: 'log' }, /onEvent/);
  refused({ waitUntil: true }, /waitUntil/);
});

test('a patience that is none is refused', async () => {
  const backend = backendOf(authority());
  for (const patience of [NaN, Infinity, -1, '5']) {
    assert.throws(() => backend.close({ patience }), { name: 'TypeError', message: /patience/ });
  }
  await backend.close({ patience: 1_000 });
});

test('what rests on a record is refused where nothing is kept', () => {
  const of = (options) => ({ store: stateless(), keys: 'A'.repeat(43), ...options });
  refused({ store: stateless() }, /keys/);
  for (const handles of ['none', 'short']) refused(of({ handles }), /handles/);
  refused(of({ lease: { hold: 5_000, term: 10_000 } }), /lease/);
  refused(of({ requireLease: true }), /requireLease/);
  refused(of({ revocationsPerSecond: 5 }), /revocationsPerSecond/);
  refused(of({ background: true }), /background/);
});
