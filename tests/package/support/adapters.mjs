// The entries of the package that stand on its two clients: for a framework, a
// viewer. Found in the map of its exports, so that a new one is measured by itself.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { appDirectory, outputDirectory, packageDirectory } from './app.mjs';
import { esbuild } from './bundlers.mjs';

/** Entries that hold the client itself, with its WebAssembly. */
const CLIENTS = ['.', './slim', './inline'];

/** The subpaths of a package's `exports` that are adapters: code to import, but no client, and no file that is fetched. */
export function adaptersOf({ exports }) {
  return Object.entries(exports)
    .filter(([subpath, target]) => !CLIENTS.includes(subpath) && !/\.\w+$/.test(subpath) && isScript(codeOf(target)))
    .map(([subpath]) => subpath);
}

/** What each adapter adds to an app that has a client and its framework: directories of one bundle each. */
export async function bundleAdapters() {
  const manifest = JSON.parse(await readFile(join(packageDirectory, 'package.json'), 'utf8'));
  const own = new Set();
  const bundles = {};
  for (const subpath of adaptersOf(manifest)) {
    if (own.size === 0) await collectFilesOfClients(manifest, own);
    const name = subpath.replaceAll(/[^a-z0-9]+/gi, '-');
    const source = join(appDirectory, 'src', `adapter${name}.js`);
    await mkdir(dirname(source), { recursive: true });
    await writeFile(source, `export * from '${manifest.name}${subpath.slice(1)}';\n`);
    const directory = await outputDirectory(`size-adapter${name}`);
    await esbuild(source, directory, { plugins: [leaveOut(own, manifest.name)] });
    bundles[subpath] = directory;
  }
  return bundles;
}

const codeOf = (target) => (typeof target === 'string' ? target : (target?.default ?? target?.import));

const isScript = (path) => typeof path === 'string' && /\.m?js$/.test(path);

/** The files that an app with a client has in any case. */
async function collectFilesOfClients({ exports }, own) {
  const waiting = CLIENTS.map((entry) => codeOf(exports[entry]))
    .filter(isScript)
    .map((path) => join(packageDirectory, path));
  while (waiting.length > 0) {
    const file = waiting.pop();
    if (own.has(file)) continue;
    own.add(file);
    const text = await readFile(file, 'utf8');
    for (const [, path] of text.matchAll(/from\s*["'](\.[^"']+)["']/g)) {
      waiting.push(resolve(dirname(file), path));
    }
  }
}

/** Leaves out the client and whatever comes from another package. */
const leaveOut = (own, name) => ({
  name: 'leave-out',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path, kind, importer, resolveDir }) => {
      if (kind === 'entry-point') return undefined;
      const isTheAdapter = path.startsWith(`${name}/`) && !importer.startsWith(packageDirectory);
      if (isTheAdapter) return undefined;
      const isElsewhere = !path.startsWith('.') || own.has(resolve(resolveDir, path));
      return isElsewhere ? { path, external: true } : undefined;
    });
  },
});
