// Where the program of the npm package `bun` is.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * That of the project in which a module is, by its `import.meta.url`. The package puts its program
 * in place by a script, and none is run when it is installed here.
 */
export function bunOf(url) {
  const system = { win32: 'windows' }[process.platform] ?? process.platform;
  const machine = { arm64: 'aarch64' }[process.arch] ?? process.arch;
  const manifest = createRequire(url).resolve(`@oven/bun-${system}-${machine}/package.json`);
  return join(dirname(manifest), 'bin', system === 'windows' ? 'bun.exe' : 'bun');
}
