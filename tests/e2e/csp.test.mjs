// Under a Content Security Policy.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { addressOf, setUp } from './support/page.mjs';

const stage = setUp();

test('a policy with wasm-unsafe-eval is all it takes', async () => {
  const { outcome, violations } = await outcomeUnder('csp.html');
  assert.equal(outcome, 'token');
  assert.deepEqual(violations, []);
});

test('the policy of the guide is enough', async () => {
  const { outcome, violations } = await outcomeUnder('csp-guide.html');
  assert.equal(outcome, 'token');
  assert.deepEqual(violations, []);
});

test('where no text may become script, the package works: it has none', async () => {
  const { outcome, violations } = await outcomeUnder('csp-trusted-types.html');
  assert.equal(outcome, 'token');
  assert.deepEqual(violations, []);
});

test('without wasm-unsafe-eval the error is unsupported, and names the directive', async () => {
  const { outcome } = await outcomeUnder('csp-without-wasm.html');
  assert.match(outcome, /^TokenError unsupported: .*'wasm-unsafe-eval' to script-src/);
});

/** What the page made of it, and what the browser blocked. */
async function outcomeUnder(name) {
  const { page } = stage;
  await page.goto(addressOf(stage, name));
  const tell = (attribute) => page.getAttribute('html[data-outcome]', attribute);
  return {
    outcome: await tell('data-outcome'),
    violations: JSON.parse(await tell('data-violations')),
  };
}
