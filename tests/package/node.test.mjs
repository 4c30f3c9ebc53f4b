// The package where there is no window: servers render pages that import it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

import { appDirectory } from './support/app.mjs';

for (const entry of ['downscope', 'downscope/slim']) {
  test(`importing ${entry} does nothing`, () => {
    const output = runInApp(`
      const refuse = (name) => () => { throw new Error(name + ' was called at import'); };
      globalThis.fetch = refuse('fetch');
      globalThis.setTimeout = refuse('setTimeout');
      WebAssembly.compile = WebAssembly.instantiate = refuse('WebAssembly');
      const before = Object.getOwnPropertyNames(globalThis).join();
      await import('${entry}');
      console.log(Object.getOwnPropertyNames(globalThis).join() === before);
    `);
    assert.equal(output, 'true');
  });
}

test('both entries export the same names, and slim also initialize', () => {
  const output = runInApp(`
    const [index, slim] = await Promise.all([import('downscope'), import('downscope/slim')]);
    const more = Object.keys(slim).filter((name) => !(name in index));
    const fewer = Object.keys(index).filter((name) => !(name in slim));
    console.log(JSON.stringify([more, fewer]));
  `);
  assert.deepEqual(JSON.parse(output), [['initialize'], []]);
});

test('require() gives the same module as import', () => {
  const output = runInApp(`
    import { createRequire } from 'node:module';
    const required = createRequire(import.meta.url)('downscope');
    console.log(required.createTokenClient === (await import('downscope')).createTokenClient);
  `);
  assert.equal(output, 'true');
});

test('a client without a page gets a token from a callback', () => {
  const output = runInApp(`
    import { createTokenClient } from 'downscope';
    const client = await createTokenClient({
      getToken: () => ({ access_token: 'stub-token-0123456789', expires_in: 3600 }),
    });
    console.log(await client.grant({ scopes: ['read'] }).token());
    await client.close();
  `);
  assert.equal(output, 'stub-token-0123456789');
});

test('a client that cannot be made says why with a typed error', () => {
  const output = runInApp(`
    import { createTokenClient, isTokenError } from 'downscope';
    const error = await createTokenClient({ tokenEndpoint: 7 }).catch((error) => error);
    console.log(isTokenError(error), error.code);
  `);
  assert.equal(output, 'true invalid_options');
});

/** Runs a module as the app would, and gives what it printed. It must end by itself. */
function runInApp(source) {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--no-warnings', '--eval', source],
    { cwd: appDirectory, encoding: 'utf8', timeout: 30_000 },
  );
  assert.equal(status, 0, `${signal ?? `exit code ${status}`}: ${stderr}`);
  return stdout.trim();
}
