import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { bunOf } from '../../support/bun.mjs';

const program = bunOf(import.meta.url);

const start = (app, ...rest) => {
  const env = { ...process.env, DO_NOT_TRACK: '1' };
  return spawn(program, rest, { cwd: app, env, stdio: ['ignore', 'pipe', 'inherit'] });
};

export async function build(app) {
  const child = start(app, 'build', './index.html', '--outdir=dist', '--production');
  child.stdout.resume();
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`bun build ended with ${code}`);
}

export async function develop(app, _, port) {
  const child = start(app, './index.html', `--port=${port}`, '--hostname=127.0.0.1');
  const closed = once(child, 'close');
  child.stdout.pipe(process.stderr);
  const url = `http://127.0.0.1:${port}/`;
  while (!(await fetch(url).catch(() => undefined))?.ok) {
    if (child.exitCode !== null) throw new Error(`bun ended with ${child.exitCode}`);
    await once(child.stdout, 'data', { signal: AbortSignal.timeout(200) }).catch(() => {});
  }
  return {
    url,
    async close() {
      child.kill();
      await closed;
    },
  };
}
