// The packed tarball in an app of Next.js: in a client component, in a route handler, in its
// edge runtime; built and from its development server.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { assertTable, cell } from '../toolchains/support/document.mjs';
import { setUp } from '../toolchains/support/stage.mjs';
import { makeApp, run, runServer } from './support/app.mjs';
import { versionOf } from './support/version.mjs';

const NEXT = 'next/dist/bin/next';

const stage = setUp();

test('Next.js, built: a token in client components and in a route handler, a typed refusal at the edge', async () => {
  const app = await makeApp('next', 'next-built');
  await run(app, NEXT, 'build');
  await seenAt(await runServer(app, NEXT, 'start', '--hostname', '127.0.0.1'), 'production');
});

test('the development server of Next.js: the same', async () => {
  const app = await makeApp('next', 'next-developed');
  await seenAt(await runServer(app, NEXT, 'dev', '--hostname', '127.0.0.1'), 'development');
});

async function seenAt({ origin, close }, mode) {
  try {
    const columns = {
      [`\`downscope\`, ${mode}`]: cell({ wasm: await stage.tokenAt(`${origin}/`) }),
      [`\`downscope/slim\`, ${mode}`]: cell({ wasm: await stage.tokenAt(`${origin}/slim`) }),
    };
    assert.deepEqual(await answerOf(`${origin}/api/node`), { token: 'FAKE' });
    const { typed, code, message } = await answerOf(`${origin}/api/edge`);
    assert.deepEqual({ typed, code }, { typed: true, code: 'unsupported' }, message);
    assertTable([{ title: 'Next.js', version: await versionOf('next'), columns }]);
  } finally {
    await close();
  }
}

const answerOf = async (url) => (await fetch(url)).json();
