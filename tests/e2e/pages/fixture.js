// What every page of the tests has at hand, as `fixture`.

import * as sdk from '/pkg/index.js';

const EVENTS = ['refreshed', 'expiring', 'expired', 'revoked', 'error'];
const SCOPES = ['base_preview', 'item_download'];

/** Origin of the file API; the test names it in the page's address. */
const api = new URL(location.href).searchParams.get('api');

const clients = new Set();

/** A client of the reference backend, unless `options` says otherwise. */
async function open(options = {}) {
  const endpoint = { tokenEndpoint: '/api/token', headers: { 'X-Downscope': '1' } };
  const source = options.getToken ? {} : endpoint;
  const client = await sdk.createTokenClient({
    ...source,
    revokeEndpoint: '/api/revoke',
    ...options,
  });
  clients.add(client);
  return client;
}

const fileUrl = (file) => `${api}/2.0/files/${file}`;

/** The grant for one of the demo user's files. */
const grantFor = (client, { file = '101', scopes = SCOPES } = {}) =>
  client.grant({ resource: fileUrl(file), scopes });

/** A client and its grant for one file. */
async function openGrant(options, wanted) {
  const client = await open(options);
  return grantFor(client, wanted);
}

/** What became of a promise, in a form that leaves the page. */
const outcome = (promise) =>
  promise.then(
    (value) => ({ value }),
    (error) => ({ error: describe(error) }),
  );

function describe(error) {
  const { name, code, message, retryable, status, retryAfter, oauthError } = error;
  return { name, code, message, retryable, status, retryAfter, oauthError };
}

/** The events of a client or grant from now on, as `{ type, ...detail }`. */
function record(target) {
  const events = [];
  for (const type of EVENTS) {
    target.addEventListener(type, ({ detail }) => {
      const { error, ...rest } = detail;
      events.push({ type, ...rest, ...(error && { error: describe(error) }) });
    });
  }
  return events;
}

/** Every text that a value shows to whoever looks: properties, copies, stack. */
function everythingIn(value) {
  const texts = [];
  const seen = new Set();
  const attempt = (read) => {
    try {
      return read();
    } catch {
      // What cannot be read or copied gives nothing away.
    }
  };
  const look = (one) => {
    if (Object(one) !== one) return void texts.push(String(one));
    if (seen.has(one)) return;
    seen.add(one);
    const copies = [String, JSON.stringify, (it) => JSON.stringify(structuredClone(it))];
    for (const copy of copies) texts.push(String(attempt(() => copy(one))));
    for (const [owner, key] of propertiesOf(one)) {
      texts.push(String(key));
      look(attempt(() => Reflect.get(owner, key, one)));
    }
  };
  look(value);
  return texts;
}

/** Properties of an object and of its classes, up to those of the platform. */
function* propertiesOf(object) {
  for (let owner = object; owner && !isOfThePlatform(owner); owner = Object.getPrototypeOf(owner)) {
    for (const key of Reflect.ownKeys(owner)) {
      if (key !== 'constructor') yield [owner, key];
    }
  }
}

const isOfThePlatform = (owner) =>
  owner === owner.constructor?.prototype && /\[native code\]/.test(String(owner.constructor));

/** Every text in the events of a client from now on. */
function tellAll(client) {
  const told = [];
  for (const type of EVENTS) {
    client.addEventListener(type, (event) => {
      told.push(...everythingIn(event.detail), JSON.stringify(event), String(event));
    });
  }
  return told;
}

/** The next event of a type. */
const next = (target, type) =>
  new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));

/** Moves both clocks, as if nothing had run meanwhile. */
function advance(milliseconds) {
  clock.wall += milliseconds;
  clock.monotonic += milliseconds;
}

/** Asks the backend for a token, as an app's own provider would; or for something else. */
const ask = (request, path = '/api/token') =>
  fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'X-Downscope': '1' },
    body: JSON.stringify(request),
  });

/**
 * A provider for a frame of another site, where the browser keeps its own
 * backend's cookie from it: the page around it asks in its name.
 */
const fromParent = (request) => throughParent(request);

/** The same for the lease: its requests then go through the page around the frame. */
function renewByParent() {
  const { fetch } = globalThis;
  globalThis.fetch = (url, init) =>
    new URL(url).pathname === '/api/lease'
      ? throughParent(JSON.parse(init.body), '/api/lease')
      : fetch(url, init);
}

const throughParent = (request, path) =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data: { status, body } }) => resolve(new Response(body, { status }));
    parent.postMessage({ request, path }, '*', [port2]);
  });

addEventListener('message', async ({ data: { request, path }, ports: [port] }) => {
  const response = await ask(request, path);
  port.postMessage({ status: response.status, body: await response.text() });
});

/** Leaves nothing behind that would be revoked when the page goes. */
async function closeAll() {
  await Promise.all([...clients].map((client) => client.close()));
  clients.clear();
}

globalThis.fixture = {
  ...sdk,
  advance,
  api,
  ask,
  closeAll,
  everythingIn,
  fileUrl,
  fromParent,
  grantFor,
  next,
  open,
  openGrant,
  outcome,
  record,
  renewByParent,
  tellAll,
};
