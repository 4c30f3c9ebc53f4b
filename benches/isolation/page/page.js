// The ways by which a page gets a file that takes a token, each as an app would write it.

import { createTokenClient } from '/pkg/index.js';
import { mediaOf } from '/pkg/media.js';
import * as inVault from '/pkg/vault.js';
import * as inWorker from '/pkg/worker.js';

const { apiOrigin, vaultOrigin } = await (await fetch('/config.json')).json();
const SCOPES = ['base_preview', 'item_download'];
const OWN_HEADER = { 'X-Downscope': '1' };

const resourceOf = (file) => `${apiOrigin}/2.0/files/${file}`;
const contentOf = (file) => `${resourceOf(file)}/content`;

/** Each opens a way, and gives what fetches a file's content by it. */
const WAYS = {
  /** By hand: a token for each file, and `fetch` with a header. */
  async direct() {
    const tokens = new Map();
    const ask = async (file) => {
      const response = await fetch('/api/token', {
        method: 'POST',
        headers: { ...OWN_HEADER, 'Content-Type': 'application/json' },
        body: JSON.stringify({ resource: resourceOf(file), scope: SCOPES.join(' '), session: crypto.randomUUID(), id: file }),
      });
      return (await response.json()).access_token;
    };
    return async (file) => {
      if (!tokens.has(file)) tokens.set(file, await ask(file));
      return fetch(contentOf(file), { headers: { Authorization: `Bearer ${tokens.get(file)}` } });
    };
  },

  page: async () => byGrants(await openClient()),

  worker: async () =>
    byGrants(await inWorker.createTokenClient(() => new Worker('keeper.js', { type: 'module' }))),

  vault: async () => byGrants(await inVault.createTokenClient(`${vaultOrigin}/`)),

  async media() {
    navigator.serviceWorker.register('sw.js');
    const client = await openClient();
    const opened = new Map();
    return async (file) => {
      if (!opened.has(file)) opened.set(file, await mediaOf(grantOf(client, file)));
      return fetch(opened.get(file).url(contentOf(file)));
    };
  },
};

const openClient = () =>
  createTokenClient({ tokenEndpoint: '/api/token', revokeEndpoint: '/api/revoke', headers: OWN_HEADER });

const grantOf = (client, file) => client.grant({ resource: resourceOf(file), scopes: SCOPES });

const byGrants = (client) => (file) => grantOf(client, file).fetch(contentOf(file));

globalThis.bench = {
  async open(way) {
    bench.get = await WAYS[way]();
  },

  /** Reads a file to its end: how long until its first bytes, until the last, and how many there were. */
  async load(file) {
    const start = performance.now();
    const response = await bench.get(file);
    if (!response.ok) throw new Error(`answered ${response.status}`);
    const reader = response.body.getReader();
    let first;
    let bytes = 0;
    for (;;) {
      const { done, value } = await reader.read();
      first ??= performance.now() - start;
      if (done) return { first, all: performance.now() - start, bytes };
      bytes += value.length;
    }
  },

  /** Reads the first bytes of a file and then no more, until `letGo`. */
  async hold(file) {
    const response = await bench.get(file);
    const reader = response.body.getReader();
    await reader.read();
    bench.letGo = () => reader.cancel();
  },
};
