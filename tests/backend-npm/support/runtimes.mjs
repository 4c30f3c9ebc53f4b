// Deno and Bun, as the npm registry has them. Run by itself with the name of one, it prints the
// words that start a file in it, one a line; nothing where this machine has no such program.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const { resolve } = createRequire(import.meta.url);
const { platform, arch } = process;
const isGlibc = platform !== 'linux' || process.report.getReport().header.glibcVersionRuntime;

/** What starts a file in each. The packages of their names start these in a child, which would
 * live on when that is killed. */
const RUNTIMES = {
  bun: () => [programOf(`@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`, 'bin/bun')],
  deno: () => [
    programOf(`@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`, 'deno'),
    ...['run', '--allow-all', '--no-remote', '--no-prompt', '--node-modules-dir=manual'],
  ],
};

/** The words that start a file, or nothing. */
export function commandOf(runtime) {
  try {
    const words = RUNTIMES[runtime]();
    return isGlibc && existsSync(words[0]) ? words : [];
  } catch {
    return [];
  }
}

function programOf(name, file) {
  const path = join(resolve(`${name}/package.json`), '..', file);
  return platform === 'win32' ? `${path}.exe` : path;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const word of commandOf(process.argv[2])) console.log(word);
}
