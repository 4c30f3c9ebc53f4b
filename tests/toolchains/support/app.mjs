// Apps as their authors have them: the package from the tarball beside them, the toolchains above.

import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { packageDirectory } from '../../package/support/app.mjs';

const home = fileURLToPath(new URL('../.apps/', import.meta.url));

const MANIFEST = '{ "name": "app", "private": true, "type": "module", "dependencies": { "downscope": "*" } }\n';

const pageOf = (script) =>
  `<!doctype html>\n<meta charset="utf-8">\n<title>app</title>\n<link rel="icon" href="data:,">\n<script type="module" src="${script}"></script>\n`;

/** Imports an entry, and leaves a token, or what was thrown in its place. */
export const asking = (entry) => `import { createTokenClient } from '${entry}';

const tokenEndpoint = new URL(location.href).searchParams.get('endpoint');
globalThis.outcome = createTokenClient({ tokenEndpoint })
  .then((client) => client.grant({ scopes: ['read'] }).token())
  .catch(({ code, message }) => ({ code, message }));
`;

/** Writes an app whose script is `src/index.js`; gives its directory. */
export async function makeApp(name, script, files = {}) {
  const directory = join(home, name);
  await rm(directory, { recursive: true, force: true });
  await cp(packageDirectory, join(directory, 'node_modules', 'downscope'), { recursive: true });
  const all = {
    'package.json': MANIFEST,
    'index.html': pageOf('./src/index.js'),
    // Of those toolchains that make `main.js` and know no pages.
    'page.html': pageOf('./main.js'),
    'src/index.js': script,
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  return directory;
}
