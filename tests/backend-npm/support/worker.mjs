// The worker of `worker/`, bundled as its authors do it, and served by workerd.

import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { build } from 'esbuild';
import { Miniflare } from 'miniflare';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { resolve } = createRequire(import.meta.url);
/** Of what Workers had by then, nothing newer is needed. */
const DATE = '2025-09-01';

/** By name: each gives the directory of the bundle that it has made of an app. */
export const bundlers = {
  /** `wrangler deploy`, but for the deploying. */
  async wrangler(app) {
    const settings = { name: 'worker', main: 'worker.mjs', compatibility_date: DATE };
    await writeFile(join(app, 'wrangler.json'), JSON.stringify(settings));
    const program = join(resolve('wrangler/package.json'), '../bin/wrangler.js');
    const words = [program, 'deploy', '--dry-run', '--outdir', 'out'];
    const env = { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false', WRANGLER_LOG_PATH: app };
    await promisify(execFile)(process.execPath, words, { cwd: app, env });
    return join(app, 'out');
  },
  /** esbuild by itself: it has to be told where WebAssembly goes, and for whom it is. */
  async esbuild(app) {
    await build({
      absWorkingDir: app,
      entryPoints: ['worker.mjs'],
      outfile: join(app, 'out/worker.js'),
      bundle: true,
      format: 'esm',
      conditions: ['workerd', 'worker', 'browser'],
      external: ['cloudflare:*'],
      loader: { '.wasm': 'copy' },
      logLevel: 'silent',
    });
    return join(app, 'out');
  },
};

/** Serves it in workerd; `of` are Miniflare's options: `port`, `bindings`. Gives Miniflare. */
export async function serveWorker(bundler, { name = bundler, source, ...of } = {}) {
  const app = await makeApp(name, source);
  const out = await bundlers[bundler](app);
  const scriptPath = join(out, 'worker.js');
  return new Miniflare({
    host: '127.0.0.1',
    // It would ask its maker where this machine is.
    cf: false,
    compatibilityDate: DATE,
    modules: true,
    modulesRoot: out,
    modulesRules: [{ type: 'CompiledWasm', include: ['**/*.wasm'] }],
    scriptPath,
    ...of,
  });
}

/** The files that were bundled, with what they weigh. */
export async function bundled(name) {
  return (await readdir(join(directoryOf(name), 'out'))).map((file) => basename(file));
}

/** Beside the package, as an app is that has it installed. */
const directoryOf = (name) => join(process.env.DOWNSCOPE_BACKEND_PKG, '../../workers', name);

async function makeApp(name, source) {
  const app = directoryOf(name);
  await rm(app, { recursive: true, force: true });
  await mkdir(app, { recursive: true });
  await cp(here('worker/worker.mjs'), join(app, 'worker.mjs'));
  await cp(here('support/rules.mjs'), join(app, 'rules.mjs'));
  if (source) await writeFile(join(app, 'worker.mjs'), source);
  return app;
}
