// Toolchains, each run in a process of its own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const runner = fileURLToPath(new URL('../tools/run.mjs', import.meta.url));

/** Builds an app for production. */
export async function build(tool, app) {
  const running = start(tool, 'build', app);
  await running.answer;
  await running.ended;
}

/** Serves an app as a development server does, until `close()`. */
export async function develop(tool, app) {
  const running = start(tool, 'develop', app);
  const { url } = await running.answer;
  return { url, close: running.close };
}

function start(tool, mode, app) {
  const { NODE_ENV: _, ...env } = process.env;
  const child = spawn(process.execPath, [runner, tool, mode, app], { cwd: app, env, stdio: 'pipe' });
  const said = [];
  const lines = createInterface({ input: child.stdout });
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const ended = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`${tool} ${mode} ended with ${code}:\n${said.slice(-30).join('\n')}`);
  });
  ended.catch(() => {});
  const answer = new Promise((resolve, reject) => {
    lines.on('line', (line) => (line.startsWith('{') ? resolve(JSON.parse(line)) : said.push(line)));
    ended.then(() => reject(new Error(`${tool} ${mode} said nothing:\n${said.join('\n')}`)), reject);
  });
  return {
    answer,
    ended,
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
