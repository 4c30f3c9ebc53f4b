// The packed tarball in an app, as each toolchain's development server gives it to a real Chromium.

import { describe, test } from 'node:test';

import { asking, makeApp } from './support/app.mjs';
import { assertTable, cell } from './support/document.mjs';
import { linesOf } from './support/lines.mjs';
import { setUp } from './support/stage.mjs';
import { develop } from './support/tool.mjs';
import { ENTRIES, TOOLS } from './support/tools.mjs';

const stage = setUp();

/** Rollup has no server. */
const SERVERS = TOOLS.filter(({ tool }) => tool !== 'rollup');

/** What was seen of each, by column of the table. */
const seen = new Map(SERVERS.map((tool) => [tool, {}]));

describe('in development, a token', { concurrency: 2 }, () => {
  for (const of of SERVERS) {
    for (const entry of ENTRIES) {
      test(`out of ${of.title} ${of.version}, with ${entry}`, async () => {
        const app = await makeApp(`developed-${of.tool}-${entry.replace('/', '-')}`, asking(entry));
        const lines = entry === 'downscope/slim' && of.lines.development;
        const { before, after } = linesOf(lines);
        await before(app);
        const server = await develop(of.tool, app);
        try {
          await after(app);
          const wasm = await stage.tokenAt(server.url);
          seen.get(of)[`\`${entry}\`, development`] = cell({ wasm, lines });
        } finally {
          await server.close();
        }
      });
    }
  }
});

test('docs/guide/toolchains.md says what was seen', () => {
  assertTable([...seen].map(([{ title, version }, columns]) => ({ title, version, columns })));
});
