// Holds the example backends to the conformance kit, and those that are not in Node to the tests
// beside this file. All at once: most of its time each of them waits.
//
// DOWNSCOPE_CONFORMANCE is the kit's program, DOWNSCOPE_PYTHON a Python that has what
// python/requirements.txt names, DOWNSCOPE_RUST_BACKEND the Rust example, compiled.
// `cargo xtask test backends` makes all three.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { freePort } from '../../tests/support/free-port.mjs';
import { OWN_ORIGIN, startBackend } from './testing/backend.mjs';

const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const { DOWNSCOPE_CONFORMANCE: kit, DOWNSCOPE_PYTHON: python } = process.env;
const { DOWNSCOPE_RUST_BACKEND: rust } = process.env;
const backends = {
  Node: [process.execPath, file('node/server.mjs')],
  Express: [process.execPath, file('express.mjs')],
  Python: python && [python, file('python/main.py')],
  Rust: rust && [rust],
};

describe('the example backends', { concurrency: true }, () => {
  for (const [name, command] of Object.entries(backends)) {
    const missing = command ? false : `the example in ${name} cannot be started here`;

    const noKit = kit ? false : 'DOWNSCOPE_CONFORMANCE is not set';
    test(`${name} passes the conformance kit`, { skip: missing || noKit }, async (t) => {
      const port = await freePort();
      const box = { origin: `http://127.0.0.1:${port}` };
      const backend = await startBackend(box, command);
      // The lease of the crate is looked at by its own tests, with shorter terms.
      const lease = ['--lease', 'off', '--patience', '60'];
      const origins = ['--origin', OWN_ORIGIN, '--cross-origin', OWN_ORIGIN];
      const urls = ['--url', backend.origin, '--cookie-from', `${backend.origin}/`];
      const all = [...urls, ...origins, '--as-listen', `127.0.0.1:${port}`, ...lease];
      const [code, printed] = await run(kit, all);
      backend.child.kill('SIGKILL');
      assert.equal(code, 0, printed);
      t.diagnostic(`${name}: ${/\d+ passed, .*/.exec(printed)}`);
    });

    // They run on it as they are.
    if (command?.[0] === process.execPath) continue;
    test(`${name} passes the tests beside this file`, { skip: missing }, async () => {
      const tests = ['contract.test.mjs', 'faults.test.mjs'].map(file);
      const env = { ...process.env, BACKEND: command.join(' '), NODE_TEST_CONTEXT: undefined };
      const [code, printed] = await run(process.execPath, ['--test', '--test-force-exit', ...tests], env);
      assert.equal(code, 0, printed);
    });
  }
});

/** Its exit code, and what it has printed. */
async function run(program, args, env = process.env) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let printed = '';
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk) => (printed += chunk));
  }
  const [code] = await once(child, 'close');
  return [code, printed];
}
