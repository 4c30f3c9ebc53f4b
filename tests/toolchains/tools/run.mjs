// One toolchain, in a process of its own as an app's author runs it: some of them set
// NODE_ENV for good. `node run.mjs TOOL build|develop APP` prints what came of it as JSON;
// a development server runs until its input ends.

import { once } from 'node:events';

import { freePort } from '../../support/free-port.mjs';

const [name, mode, app] = process.argv.slice(2);
const tool = await import(name.startsWith('vite') ? './vite.mjs' : `./${name}.mjs`);
if (mode === 'build') {
  await tool.build(app, name);
  console.log('{}');
} else {
  const { url, close } = await tool.develop(app, name, await freePort());
  console.log(JSON.stringify({ url }));
  process.stdin.resume();
  await once(process.stdin, 'end');
  await close?.();
  process.exit();
}
