// The packed tarball in an app, built for production by each toolchain, in a real Chromium
// under a strict policy with Trusted Types: a token, and what docs/guide/toolchains.md says of it.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { asking, makeApp } from './support/app.mjs';
import { assertTable, cell } from './support/document.mjs';
import { linesOf } from './support/lines.mjs';
import { serve } from './support/serve.mjs';
import { setUp } from './support/stage.mjs';
import { build } from './support/tool.mjs';
import { ENTRIES, TOOLS } from './support/tools.mjs';

const stage = setUp();

/** What was seen of each, by column of the table. */
const seen = new Map();

const note = (title, version, column, text) => {
  const row = seen.get(title + version) ?? { title, version, columns: {} };
  row.columns[column] = text;
  seen.set(title + version, row);
};

describe('built for production, a token', { concurrency: 2 }, () => {
  for (const { tool, title, version, lines } of TOOLS) {
    for (const entry of ENTRIES) {
      test(`out of ${title} ${version}, with ${entry}`, async () => {
        const app = await makeApp(`built-${tool}-${entry.replace('/', '-')}`, asking(entry));
        const needed = entry === 'downscope/slim' && lines.production;
        const { before, after } = linesOf(needed);
        await before(app);
        await build(tool, app);
        await after(app);
        const { wasm, bytes } = await servedFrom(join(app, 'dist'));
        note(title, version, `\`${entry}\`, production`, cell({ wasm, lines: needed, bytes }));
      });
    }
  }
});

test('without a bundler, from a script in the page, each entry gets a token', async () => {
  for (const [entry, file] of [['downscope', 'index.js'], ['downscope/slim', 'slim.js']]) {
    const app = await makeApp(`plain-${file}`, asking(`../node_modules/downscope/${file}`));
    const { wasm, bytes } = await servedFrom(app);
    note('none', '', `\`${entry}\`, production`, cell({ wasm, bytes }));
  }
});

test('docs/guide/toolchains.md says what was seen', () => {
  assertTable([...seen.values()]);
});

/** How the WebAssembly came, and how many bytes the page took. */
async function servedFrom(directory) {
  const served = await serve(directory);
  try {
    const wasm = await stage.tokenAt(served.origin);
    for (const bytes of served.files.values()) assert.ok(!bytes.includes('second_client'), 'what is for development');
    return { wasm, bytes: served.size() };
  } finally {
    await served.close();
  }
}
