// A page whose tokens are held by a keeper: in a worker or, where the test names one in the page's
// address, in a vault.

import * as inVault from '/pkg/vault.js';
import * as inWorker from '/pkg/worker.js';

const query = new URL(location.href).searchParams;
const api = query.get('api');
const vault = query.get('vault');
const SCOPES = ['base_preview', 'item_download'];
const clients = new Set();

/** Of the keeper's file, with what the test wants of it. */
const makeWorker = (more) => () => new Worker(`/t/keeper.js?api=${encodeURIComponent(api)}${more}`, { type: 'module' });

async function open(more = '') {
  const client = vault
    ? await inVault.createTokenClient(`${vault}/`)
    : await inWorker.createTokenClient(makeWorker(more));
  clients.add(client);
  client.addEventListener('refused', ({ detail }) => fixture.refused.push(detail));
  return client;
}

const fileUrl = (file) => `${api}/2.0/files/${file}`;
const grantFor = (client, file = '101') => client.grant({ resource: fileUrl(file), scopes: SCOPES });

const describe = ({ name, code, message }) => ({ name, code, message });
const outcome = (promise) => promise.then((value) => ({ value }), (error) => ({ error: describe(error) }));

async function closeAll() {
  await Promise.all([...clients].map((client) => client.close()));
  clients.clear();
}

globalThis.fixture = { api, closeAll, fileUrl, grantFor, makeWorker, open, outcome, refused: [], vault };
