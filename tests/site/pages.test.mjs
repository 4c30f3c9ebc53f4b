// What a page says of itself before it is drawn: of what it is, and how large its pictures are.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setUp } from './support/stage.mjs';

const stage = setUp();

const PAGES = ['index.html', 'docs/guide/box.html', 'docs/reference/options.html', 'docs/reference/errors/timeout.html'];

test('each page has a description of its own, in plain words', async () => {
  const pages = await Promise.all(PAGES.map(source));
  const described = pages.map((html) => /<meta name="description" content="([^"]*)"/.exec(html)?.[1]);
  assert.equal(new Set(described).size, PAGES.length, described.join('\n'));
  for (const text of described) assert.match(text, /^[^`<\]]{20,160}$/);
  assert.match(described.at(-1), /^timeout: No token in time\./);
});

test('nothing moves when a picture has loaded: its size is known before', async () => {
  assert.match(await source('index.html'), /<img [^>]*width="940" height="520"/);
  assert.match(await source('docs/exits.html'), /<img [^>]*width="\d+" height="\d+"/);
});

const source = async (path) => (await fetch(`${stage.origin}/${path}`)).text();
