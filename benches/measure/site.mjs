// The one server of a run: empty pages, scripts, and every client's backend.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startBackend } from '../backend/server.mjs';
import { bundleClients } from '../clients/bundle.mjs';

/** Bundles the clients and serves them; `sources` has the text of each bundle. */
export async function openSite(ids) {
  const { directory, remove } = await bundleClients(ids);
  const texts = ids.map(async (id) => [id, await readFile(join(directory, `${id}.js`), 'utf8')]);
  const sources = Object.fromEntries(await Promise.all(texts));
  const backend = await startBackend({
    mounts: { '/clients/': directory, '/measure/': fileURLToPath(new URL('.', import.meta.url)) },
  });
  return {
    origin: backend.origin,
    prefix: backend.prefix,
    sources,
    async close() {
      backend.close();
      await remove();
    },
  };
}

/** What clients say that they can do; asked in a page, where all of them can be loaded. */
export async function clientsOf(page, site, ids) {
  await page.goto(`${site.origin}/`);
  return page.evaluate(
    (ids) =>
      Promise.all(
        ids.map(async (id) => {
          const { default: client } = await import(`/clients/${id}.js`);
          return { id, can: client.can, store: client.store };
        }),
      ),
    ids,
  );
}
