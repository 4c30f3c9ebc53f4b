// Hot reloading by Vite: who follows docs/guide/frameworks.md has one client and one living
// token after each edit, and who does not is told.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, test } from 'node:test';

import { ledgerWhen } from '../e2e/support/ledger.mjs';
import { startServer } from '../e2e/support/server.mjs';
import { launch } from '../package/support/browser.mjs';
import { installPackage } from './support/bundle.mjs';
import { openApp } from './support/hot.mjs';

const read = (path) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

/** The block of a document that begins with a line. */
const blockOf = (document, line) => document.slice(document.indexOf(`\n${line}\n`) + 1).split('```')[0];

const documentation = await read('docs/guide/frameworks.md');

const render = (imports, element) => `
  import { StrictMode } from 'react';
  import { createRoot } from 'react-dom/client';
  ${imports}
  await fetch('/api/login', { method: 'POST' });
  createRoot(document.querySelector('#root')).render(<StrictMode>${element}</StrictMode>);
`;

let server;
let browser;
let app;
before(async () => {
  await installPackage();
  server = await startServer();
  browser = await launch();
});
beforeEach(() => server.reset());
afterEach(() => app?.close());
after(() => Promise.all([browser?.close(), server?.close()]));

const open = async (name, files) => (app = await openApp(name, files, { server, browser }));

test('after edits of a component and of the client there is one client, with one living token', async () => {
  const { page, edit } = await open('edits', {
    'client.js': blockOf(documentation, '// client.js'),
    'main.jsx': render("import { App } from './App.jsx';", '<App />'),
    'App.jsx': `
      import { TokenProvider, useGrant } from 'downscope/react';
      import { openClient } from './client.js';
      export const App = () => <TokenProvider client={openClient}><File /></TokenProvider>;
      function File() {
        const { status } = useGrant('${server.api}/2.0/files/101', ['base_preview']);
        return <p>version 0 {status}</p>;
      }
    `,
  });
  await page.getByText('version 0 ready').waitFor();

  for (const version of [1, 2, 3]) {
    await edit('App.jsx', (text) => text.replace(/version \d/, `version ${version}`));
    await page.getByText(`version ${version} ready`).waitFor();
  }
  // The same client, and the token that it has.
  const { tokens } = await server.ledger();
  assert.equal(tokens.length, 1);

  for (const edited of [2, 3]) {
    await edit('client.js', (text) => `${text}// edited\n`);
    await ledgerWhen(server, ({ tokens, live }) => tokens.length === edited && live === 1);
    await page.getByText('version 3 ready').waitFor();
  }

  // An author who knows nothing of that: the provider keeps what it has.
  await edit('client.js', (text) => text.replaceAll(/import\.meta\.hot\.data/g, '({})'));
  for (const version of [4, 5]) {
    await edit('client.js', (text) => `${text}// edited\n`);
    await edit('App.jsx', (text) => text.replace(/version \d/, `version ${version}`));
    await page.getByText(`version ${version} ready`).waitFor();
  }
  const { tokens: all, live } = await server.ledger();
  assert.deepEqual([all.length, live], [3, 1]);
  assert.deepEqual(app.warnings, []);
  assert.equal(app.loads, 1, 'the page was loaded once');
});

test("the guide's component, copied into a second file, ends with one client and one living token", async () => {
  const component = blockOf(documentation, '// App.jsx');
  const resource = `${server.api}/2.0/files/101`;
  const { page, edit } = await open('copies', {
    'client.js': blockOf(documentation, '// client.js'),
    'One.jsx': component,
    'Two.jsx': component,
    'main.jsx': render(
      "import One from './One.jsx'; import Two from './Two.jsx';",
      `<One resource="${resource}" /><Two resource="${resource}" />`,
    ),
  });
  const pictures = page.locator('img[src^="blob:"]');
  await pictures.nth(1).waitFor({ state: 'attached' });

  for (const [version, file] of ['One.jsx', 'Two.jsx', 'One.jsx'].entries()) {
    await edit(file, (text) => text.replace(/alt="[^"]*"/, `alt="version ${version}"`));
    await page.locator(`img[alt="version ${version}"][src^="blob:"]`).waitFor({ state: 'attached' });
  }
  const { tokens } = await server.ledger();
  assert.equal(tokens.length, 1);

  await edit('client.js', (text) => `${text}// edited\n`);
  await ledgerWhen(server, ({ tokens, live }) => tokens.length === 2 && live === 1);
  assert.deepEqual(app.warnings, []);
  assert.equal(app.loads, 1, 'the page was loaded once');
});

test('a component that makes its client itself leaves one at each edit, and the console is told', async () => {
  const { page, edit } = await open('leaks', {
    'main.jsx': render("import { File } from './File.jsx';", '<File />'),
    'File.jsx': `
      import { createTokenClient } from 'downscope/slim';
      import { useEffect, useState } from 'react';
      const opening = createTokenClient({ tokenEndpoint: '/api/token', revokeEndpoint: '/api/revoke', headers: { 'X-Downscope': '1' } });
      export function File() {
        const [held, hold] = useState('waiting');
        useEffect(() => {
          hold('waiting');
          const ask = async () => (await opening).grant({ resource: '${server.api}/2.0/files/101', scopes: ['base_preview'] }).token();
          ask().then(() => hold('held'));
        }, [opening]);
        return <p>version 0 {held}</p>;
      }
    `,
  });
  await page.getByText('version 0 held').waitFor();
  assert.deepEqual(app.warnings, []);

  for (const version of [1, 2]) {
    await edit('File.jsx', (text) => text.replace(/version \d/, `version ${version}`));
    await page.getByText(`version ${version} held`).waitFor();
    await ledgerWhen(server, ({ live }) => live === version + 1);
    const warning = `^downscope: second_client: ${version + 1} clients for /api/token are open in this page`;
    assert.match(app.warnings.at(-1), new RegExp(warning));
  }
  assert.equal(app.warnings.length, 2);
});
