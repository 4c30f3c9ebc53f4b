// The recipes of docs/guide/adapters.md and box.md, which import the package by its name.

import { rm, symlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { packageDirectory } from '../../package/support/app.mjs';

const installed = fileURLToPath(new URL('../node_modules/downscope', import.meta.url));

/** Puts the package under test where an app has it. */
export async function installPackage() {
  await rm(installed, { recursive: true, force: true });
  await symlink(packageDirectory, installed);
}

/** What a recipe exports. */
export const recipe = (name) => import(`../recipes/${name}.js`);
