// The packed tarball in an app of Angular, built and from its development server.

import { join } from 'node:path';
import { test } from 'node:test';

import { assertTable, cell } from '../toolchains/support/document.mjs';
import { serve, STRICT } from '../toolchains/support/serve.mjs';
import { setUp } from '../toolchains/support/stage.mjs';
import { makeApp, run, runServer } from './support/app.mjs';
import { versionOf } from './support/version.mjs';

const NG = '@angular/cli/bin/ng.js';

/** Angular has a policy of its own. */
const POLICY = STRICT.replace("trusted-types 'none'", 'trusted-types angular');

const stage = setUp();

test('Angular, built: each entry gets a token, with the WebAssembly inlined', async () => {
  const app = await makeApp('angular', 'angular-built');
  await run(app, NG, 'build');
  await seenAt(await serve(join(app, 'dist/app/browser'), POLICY), 'production');
});

test("Angular's development server: each entry gets a token, with the WebAssembly inlined", async () => {
  const app = await makeApp('angular', 'angular-developed');
  await seenAt(await runServer(app, NG, 'serve', '--host', '127.0.0.1'), 'development');
});

async function seenAt({ origin, close }, mode) {
  try {
    const columns = {
      [`\`downscope\`, ${mode}`]: cell({ wasm: await stage.tokenAt(`${origin}/`) }),
      [`\`downscope/slim\`, ${mode}`]: cell({ wasm: await stage.tokenAt(`${origin}/?slim`) }),
    };
    assertTable([{ title: 'Angular', version: await versionOf('@angular/build'), columns }]);
  } finally {
    await close();
  }
}
