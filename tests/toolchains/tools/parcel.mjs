import { Parcel } from '@parcel/core';

const open = (app, settings) =>
  new Parcel({
    entries: `${app}/index.html`,
    defaultConfig: '@parcel/config-default',
    shouldDisableCache: true,
    cacheDir: `${app}/.cache`,
    defaultTargetOptions: { distDir: `${app}/dist`, publicUrl: '/' },
    ...settings,
  });

export async function build(app) {
  await open(app, { mode: 'production', env: { NODE_ENV: 'production' } }).run();
}

export async function develop(app, _, port) {
  const serveOptions = { host: '127.0.0.1', port };
  const parcel = open(app, { mode: 'development', env: { NODE_ENV: 'development' }, serveOptions });
  const { unsubscribe } = await new Promise((resolve, reject) => {
    const watching = parcel.watch((error, event) => {
      if (error ?? event.type === 'buildFailure') reject(error ?? new Error(JSON.stringify(event.diagnostics)));
      else resolve(watching);
    });
    watching.catch(reject);
  });
  return { url: `http://127.0.0.1:${port}/`, close: unsubscribe };
}
