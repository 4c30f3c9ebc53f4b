// What was measured.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { versionOf } from './browsers.mjs';
import { packageDirectory, root } from './paths.mjs';

/** Where a client's code comes from, if it is not the name of the client itself. */
const PACKAGES = {
  'auth0-spa-js': '@auth0/auth0-spa-js',
  'azure-core-rest-pipeline': '@azure/core-rest-pipeline',
  'msal-browser': '@azure/msal-browser',
  'okta-auth-js': '@okta/okta-auth-js',
  'supabase-auth-js': '@supabase/auth-js',
};

/** Versions of the browsers, of the package, of `peers` and of the bundlers, by name. */
export async function versionsOf(engines, peers) {
  const places = {
    downscope: packageDirectory,
    ...Object.fromEntries(peers.map((id) => PACKAGES[id] ?? id).map((name) => [name, inBenches(name)])),
    esbuild: join(root, 'node_modules/esbuild'),
    vite: join(root, 'node_modules/vite'),
  };
  const all = [
    ...engines.map(async (engine) => [engine, await versionOf(engine)]),
    ...Object.entries(places).map(async ([name, place]) => [name, await versionIn(place)]),
  ];
  return Object.fromEntries(await Promise.all(all));
}

const inBenches = (name) => join(root, 'benches/node_modules', name);

const versionIn = async (directory) =>
  JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')).version;
