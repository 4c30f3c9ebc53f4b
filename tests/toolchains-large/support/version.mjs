import { readFile } from 'node:fs/promises';

/** The version of a package as it is installed. */
export async function versionOf(name) {
  const manifest = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(await readFile(manifest, 'utf8')).version;
}
