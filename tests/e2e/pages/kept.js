// A page whose tokens are held by a keeper: in a worker or, where the test names one in the page's
// address, in a vault.

import * as inVault from '/pkg/vault.js';
import * as inWorker from '/pkg/worker.js';

const query = new URL(location.href).searchParams;
const api = query.get('api');
const vault = query.get('vault');
const SCOPES = ['base_preview', 'item_download'];
const clients = new Set();
/** Those without a client, which would be nobody's. */
const workers = [];

/** Of the keeper's file, with what the test wants of it. */
const makeWorker = (more) => () => new Worker(`/t/keeper.js?api=${encodeURIComponent(api)}${more}`, { type: 'module' });

const addressOfVault = (more) => `${vault}/?${more.slice(1)}`;

async function open(more = '') {
  const client = vault
    ? await inVault.createTokenClient(addressOfVault(more))
    : await inWorker.createTokenClient(makeWorker(more));
  clients.add(client);
  client.addEventListener('refused', ({ detail }) => fixture.refused.push(detail));
  return client;
}

const fileUrl = (file) => `${api}/2.0/files/${file}`;
const grantFor = (client, file = '101') => client.grant({ resource: fileUrl(file), scopes: SCOPES });

const describe = ({ name, code, message }) => ({ name, code, message });
const outcome = (promise) => promise.then((value) => ({ value }), (error) => ({ error: describe(error) }));

/**
 * A way to a keeper of its own that does without the client, as a script would make one: `post` sends any
 * message, and `next` is the next one from there that is as it `is`, of all that was `heard`.
 */
async function connect() {
  const { port1, port2 } = new MessageChannel();
  const heard = [];
  let waiting;
  port1.onmessage = ({ data }) => {
    heard.push(data);
    // As the client does, or a worker asks for no token.
    if (data[0] === 'session') port1.postMessage(['known']);
    if (waiting?.is(data)) waiting.resolve(data);
  };
  const next = (is) =>
    new Promise((resolve) => {
      waiting = { is, resolve };
    });
  const ready = next(([type]) => type === 'ready');
  if (vault) {
    const frame = Object.assign(document.createElement('iframe'), { src: addressOfVault('') });
    const loaded = new Promise((resolve) => {
      frame.onload = resolve;
    });
    document.body.append(frame);
    await loaded;
    frame.contentWindow.postMessage('downscope connect', vault, [port2]);
  } else {
    const worker = makeWorker('')();
    workers.push(worker);
    worker.postMessage('downscope connect', [port2]);
  }
  await ready;
  return { heard, next, post: (message, moved) => port1.postMessage(message, moved) };
}

async function closeAll() {
  await Promise.all([...clients].map((client) => client.close()));
  clients.clear();
}

globalThis.fixture = { api, closeAll, connect, fileUrl, grantFor, makeWorker, open, outcome, refused: [], vault };
