// The app that the tarball is installed in.

import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Directory of the installed package. */
export const packageDirectory = process.env.DOWNSCOPE_PKG;
if (!packageDirectory) throw new Error('DOWNSCOPE_PKG names no directory; run `cargo xtask test package`');

/** Directory of the app; imports of `downscope` resolve from here. */
export const appDirectory = dirname(dirname(packageDirectory));

/** Copies a source file into the app, where its imports resolve. */
export async function appSource(name) {
  const source = fileURLToPath(new URL(`../apps/${name}`, import.meta.url));
  const copy = join(appDirectory, 'src', name);
  await mkdir(dirname(copy), { recursive: true });
  await copyFile(source, copy);
  return copy;
}

/** An empty directory in the app. */
export async function outputDirectory(name) {
  const directory = join(appDirectory, 'dist', name);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  return directory;
}
