// Makes each client a script of its own, as an app would ship it.

import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

/** Ours, and the plain client that does the same by hand. Neither needs `npm ci` here. */
export const OWN = ['downscope', 'plain'];

/** The nearest packages of others. */
export const PEERS = [
  'auth0-spa-js',
  'oidc-client-ts',
  'okta-auth-js',
  'msal-browser',
  'azure-core-rest-pipeline',
  'supabase-auth-js',
  'livekit-client',
  'ably',
];

const WASM = 'downscope_bg.wasm';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The built package. */
export const packageDirectory = resolve(process.env.DOWNSCOPE_PKG ?? join(here, '../../pkg'));

/**
 * Bundles the clients of these ids into a new directory, each as `<id>.js`, an ES
 * module with the client as its default export. `remove` deletes the directory.
 */
export async function bundleClients(ids, { minify = true } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'downscope-clients-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    await build({
      entryPoints: ids.map((id) => join(here, `${id}.js`)),
      outdir: directory,
      bundle: true,
      minify,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      alias: {
        downscope: join(packageDirectory, 'index.js'),
        'downscope/slim': join(packageDirectory, 'slim.js'),
      },
      logLevel: 'error',
    });
    // Where the slim entry looks for it.
    if (ids.includes('downscope-slim')) {
      await copyFile(join(packageDirectory, WASM), join(directory, WASM));
    }
  } catch (error) {
    await remove();
    throw error;
  }
  return { directory, remove };
}
