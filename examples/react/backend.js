// The demo's server, behind Vite's.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Builds and starts it, with the package; gives the origin of its app. It ends with this process. */
export async function startBackend() {
  const server = spawn('cargo', ['xtask', 'demo', '--port', '0'], { stdio: ['pipe', 'pipe', 'inherit'] });
  process.once('exit', () => server.kill());
  for await (const line of createInterface({ input: server.stdout })) {
    const [name, origin] = line.split(' ');
    if (name !== 'app') continue;
    server.stdout.resume();
    return origin;
  }
  throw new Error('the backend did not start');
}
