// What the conditions of `exports` put in the place of an entry.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';

import { packageDirectory } from './support/app.mjs';
import { runInApp } from './support/run.mjs';

/** What stands in for an entry, and for which. */
const STAND_INS = { development: 'index', 'slim-development': 'slim', 'slim-inlined': 'slim' };

const load = (name) => import(pathToFileURL(join(packageDirectory, `${name}.js`)));

for (const [file, entry] of Object.entries(STAND_INS)) {
  test(`${file}.js exports what ${entry}.js does`, async () => {
    const [given, expected] = await Promise.all([load(file), load(entry)]);
    assert.deepEqual(Object.keys(given).sort(), Object.keys(expected).sort());
  });
}

/** The output of a module that imports the package under a condition. */
const outputUnder = (condition, source) => runInApp(source, `--conditions=${condition}`);

const CLIENT = "createTokenClient({ getToken: () => ({ access_token: 'FAKE', expires_in: 60 }) })";

for (const condition of ['development', 'es2015']) {
  test(`under ${condition}, slim has its WebAssembly inlined, unless it is told another`, async () => {
    const output = await outputUnder(condition, `
      globalThis.fetch = () => { throw new Error('a file is fetched'); };
      const { createTokenClient, initialize } = await import('downscope/slim');
      const told = await initialize(new Uint8Array(8)).catch(({ code }) => code);
      await initialize();
      const client = await ${CLIENT};
      console.log(told, await client.grant({ scopes: ['read'] }).token());
      await client.close();
    `);
    assert.equal(output, 'unsupported FAKE');
  });
}

const WARNINGS = `
  const warnings = [];
  console.warn = (text) => warnings.push(text);
  const { createTokenClient } = await import('downscope');
  const slim = await import('downscope/slim');
  const open = (tokenEndpoint, { createTokenClient: create = createTokenClient } = {}) => create({ tokenEndpoint });
`;

test('in development a second client of an endpoint is told, if the first is open', async () => {
  const output = await outputUnder('development', `
    ${WARNINGS}
    const first = await open('https://app.example/token');
    await first.close();
    await open('https://app.example/token');
    await open('https://app.example/other');
    await Promise.all([1, 2].map(() => ${CLIENT}));
    const before = warnings.length;
    await open(new URL('https://app.example/token'), slim);
    console.log(JSON.stringify([before, warnings]));
    process.exit();
  `);
  const [before, warnings] = JSON.parse(output);
  assert.equal(before, 0);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /^downscope: second_client: 2 clients for https:\/\/app\.example\/token are open in this page/);
});

test('in production nobody counts clients', async () => {
  const output = await outputUnder('production', `
    ${WARNINGS}
    await open('https://app.example/token');
    await open('https://app.example/token');
    console.log(warnings.length);
    process.exit();
  `);
  assert.equal(output, '0');
});
