// An app on the package in a process of its own, which can be killed and frozen.

import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const APP = fileURLToPath(new URL('../service.mjs', import.meta.url));

/** Starts one with these settings of the service, without their `DOWNSCOPE_`. */
export async function started(settings) {
  const own = Object.entries(settings).map(([name, value]) => [`DOWNSCOPE_${name}`, value]);
  const env = {
    PATH: process.env.PATH,
    DOWNSCOPE_BACKEND_PKG: process.env.DOWNSCOPE_BACKEND_PKG,
    DOWNSCOPE_SERVER_LISTEN: '127.0.0.1:0',
    DOWNSCOPE_ADMIN_LISTEN: '127.0.0.1:0',
    ...Object.fromEntries(own),
  };
  const child = spawn(process.execPath, [APP], { env, stdio: ['ignore', 'inherit', 'pipe'] });
  const ports = {};
  for await (const line of createInterface({ input: child.stderr })) {
    if (!line.startsWith('{')) throw new Error(line);
    const { name, address } = JSON.parse(line);
    ports[name] = Number(address.split(':')[1]);
    if (Object.keys(ports).length === 2) break;
  }
  child.stderr.resume();
  /** Asks at one of its two listeners. */
  const ask = async (listener, path, { headers = {}, body = '' } = {}) => {
    const sent = request({ host: '127.0.0.1', port: ports[listener], method: 'POST', path, headers, agent: false });
    sent.end(body);
    const [answer] = await once(sent, 'response');
    let text = '';
    for await (const chunk of answer) text += chunk;
    return { status: answer.statusCode, text };
  };
  return {
    ask,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** What a page says: `ask` as `started` gives it. */
export function pageAt(name) {
  const session = `page-${process.pid}-${name}`.padEnd(32, '0');
  const headers = { 'x-downscope': '1', 'sec-fetch-site': 'same-origin', cookie: 'who=alice' };
  const resource = `https://api.example/files/${name}`;
  return {
    async token({ ask }, id) {
      const body = JSON.stringify({ resource, scope: 'read', session, id });
      return ask('public', '/api/token', { headers: { ...headers, 'content-type': 'application/json' }, body });
    },
    async revoke({ ask }, fields) {
      const body = new URLSearchParams({ session, ...fields }).toString();
      const type = 'application/x-www-form-urlencoded';
      return ask('public', '/api/revoke', { headers: { 'content-type': type }, body });
    },
  };
}
