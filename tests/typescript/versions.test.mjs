// The declarations in the versions of TypeScript that apps have, as each finds them.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { packageDirectory } from '../package/support/app.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** By what npm installs them as. */
const VERSIONS = ['typescript50', 'typescript52', 'typescript59', 'typescript6', 'typescript7'];

const OLD_LIB = ['es2022', 'dom', 'dom.iterable'];

/** How an app is set up; its files, and their endings; the versions that know it. */
const WAYS = {
  bundler: { options: { module: 'esnext', moduleResolution: 'bundler' } },
  // As modules and as CommonJS, side by side.
  node16: { options: { module: 'node16', moduleResolution: 'node16' }, ends: ['mts', 'cts'] },
  // Called `node` before 5.0, deprecated in 6, gone in 7.
  node10: { options: { module: 'esnext', moduleResolution: 'node10' }, until: 6 },
  'a lib that knows how to dispose': {
    options: { module: 'esnext', moduleResolution: 'bundler', lib: [...OLD_LIB, 'esnext.disposable'] },
    files: ['disposal'],
    from: 5.2,
  },
  // Its own declarations take a newer one.
  react: {
    options: { module: 'esnext', moduleResolution: 'bundler', types: ['react'], skipLibCheck: false },
    files: ['react'],
    from: 5.9,
  },
};

before(async () => {
  // A copy: what it imports is looked for beside it.
  const installed = here('node_modules/downscope');
  await rm(installed, { recursive: true, force: true });
  await cp(packageDirectory, installed, { recursive: true });
});

for (const version of VERSIONS) {
  for (const [way, { options, files, ends = ['ts'], from = 5, until = 7 }] of Object.entries(WAYS)) {
    const number = numberOf(version);
    if (number < from || number > until) continue;
    test(`what apps may write and must not, in ${version} with ${way}`, async () => {
      const project = await projectOf(`${version}-${way}`, files, ends, {
        ...options,
        // It says so itself, and that 7 will not have it.
        ...(options.moduleResolution === 'node10' && number === 6 && { ignoreDeprecations: '6.0' }),
      });
      await promisify(execFile)(process.execPath, [here(`node_modules/${version}/bin/tsc`), '--project', project]).catch(
        ({ stdout, stderr }) => assert.fail(`${stdout}${stderr}`),
      );
    });
  }
}

/** `typescript59` is 5.9. */
function numberOf(version) {
  const [major, minor = '0'] = version.replace('typescript', '');
  return Number(`${major}.${minor}`);
}

/** Writes an app; gives the place of its configuration. */
async function projectOf(name, files, ends, options) {
  const directory = here(`.apps/${name.replaceAll(/[^\w-]/g, '-')}`);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const sources = files ? files.map((file) => here(`app/${file}.ts`)) : await sourcesOfPackageTests();
  for (const source of sources) {
    for (const end of ends) await copyFile(source, join(directory, basename(source).replace(/ts$/, end)));
  }
  const compilerOptions = {
    target: 'es2022',
    lib: OLD_LIB,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    types: [],
    ...options,
  };
  const project = join(directory, 'tsconfig.json');
  await writeFile(project, JSON.stringify({ compilerOptions, include: ends.map((end) => `*.${end}`) }));
  return project;
}

async function sourcesOfPackageTests() {
  const directory = here('../package/types');
  const names = await readdir(directory);
  return names.filter((name) => name.endsWith('.ts')).map((name) => join(directory, name));
}
