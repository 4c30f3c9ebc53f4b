// An app on the package that takes the settings of the service, by the same variables, and says
// where it listens as the service does: for the trials, and for tests with several processes.
// Whoever sends `who=<name>` is signed in; no real app does that.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const PREFIX = 'DOWNSCOPE_';
/** What the service has beside, and an app has of its own. */
const LEFT_OUT = ['AUTH_URL', 'AUTH_SECRET', 'BACKEND_PKG', 'LEASE_OUT_OF_CONTRACT', 'POLICY_RESOURCES'];

const given = new Map(
  Object.entries(process.env)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, value]) => [name.slice(PREFIX.length), value]),
);
const directory = `file://${given.get('BACKEND_PKG')}/`;
for (const name of LEFT_OUT) given.delete(name);
const { createBackend, memory } = await import(new URL('index.js', directory));
const { toNodeHandler } = await import(new URL('node.js', directory));

/** A setting; each is read once. */
function setting(name, fallback) {
  const value = given.get(name) ?? fallback;
  given.delete(name);
  return value;
}
const ifGiven = (name, read) => {
  const value = setting(name);
  return value === undefined ? undefined : read(value);
};
const seconds = (value) => Number(value) * 1_000;

const tokenEndpoint = setting('UPSTREAM_TOKEN_ENDPOINT');
const revocationEndpoint = setting('UPSTREAM_REVOCATION_ENDPOINT');
const client = {
  client_id: setting('UPSTREAM_CLIENT_ID'),
  client_secret: setting('UPSTREAM_CLIENT_SECRET'),
};
const ask = (url, fields, { signal }) =>
  fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ ...fields, ...client }),
    redirect: 'error',
    signal,
  });

const SCOPES = setting('POLICY_SCOPES').split(' ');
// A platform that freezes the process keeps it awake for nothing.
const isFrozen = setting('FROZEN') === 'true';
const options = {
  authenticate(request) {
    const user = /^who=([\w-]+)$/.exec(request.headers.get('cookie') ?? '')?.[1];
    return user && { user, subject: `FAKE-subject-${user}` };
  },
  authorize: ({ resource, scopes }) =>
    resource.startsWith('https://api.example/files/') &&
    scopes.every((scope) => SCOPES.includes(scope)),
  exchange: ({ subject, resource, scope }, call) =>
    ask(
      tokenEndpoint,
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: subject,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        resource,
        scope,
      },
      call,
    ),
  revoke: (token, call) => ask(revocationEndpoint, { token }, call),
  store: await storeOf(setting('STORE_URL'), setting('STORE_PREFIX')),
  keys: ifGiven('KEYS_RING_FILE', (file) => readFileSync(file, 'utf8').trim().split(/\s+/).join(',')),
  lease: { hold: ifGiven('LEASE_HOLD_SECONDS', seconds), term: ifGiven('LEASE_TERM_SECONDS', seconds) },
  requireLease: ifGiven('LEASE_REQUIRED', (value) => value === 'true'),
  revocationsPerSecond: ifGiven('LIMITS_REVOCATIONS_PER_SECOND', Number),
  handles: setting('TOKENS_HANDLES'),
  waitUntil: isFrozen ? () => {} : undefined,
};
const listens = ['SERVER_LISTEN', 'ADMIN_LISTEN'].map((name) => setting(name));
if (given.size > 0) throw new Error(`there is no setting ${[...given.keys()].join(', ')}`);
const backend = createBackend(options);

async function storeOf(url, prefix) {
  const isFirst = setting('STORE_NOTHING_MINTED_BEFORE') === 'true';
  if (url.startsWith('redis:')) {
    const { redis } = await import(new URL('redis.js', directory));
    const { createClient } = await import('redis');
    const connection = createClient({ url });
    connection.on('error', () => {});
    return redis(connection, { prefix, isFirst });
  }
  if (url.startsWith('postgres:')) {
    const { postgres } = await import(new URL('postgres.js', directory));
    return postgres(await import('pg'), url, { schema: prefix, isFirst });
  }
  return memory({ isFirst });
}

/** What nobody but the operator reaches: a recall as the service takes it, and the schedule's sweep. */
async function admin(request, response) {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (request.url === '/sweep') return response.end(JSON.stringify(await backend.sweep()));
  const { sign_in: signIn, ...others } = JSON.parse(body);
  const recall = signIn === undefined ? others : { ...others, signIn };
  return response.end(JSON.stringify(await backend.recall(recall)));
}

const servers = { public: toNodeHandler(backend), admin: failing(admin) };
for (const [place, [name, handler]] of Object.entries(servers).entries()) {
  const [host, port] = listens[place].split(':');
  const server = createServer(handler);
  // One that was frozen would end its connections as the next request comes.
  // Otherwise 5 s, and whoever asks again at that moment finds the connection closed.
  server.keepAliveTimeout = isFrozen ? 0 : 120_000;
  server.listen(Number(port), host, () => {
    const address = `${host}:${server.address().port}`;
    console.error(JSON.stringify({ message: 'listening', name, address }));
  });
}

function failing(handler) {
  return async (request, response) => {
    try {
      await handler(request, response);
    } catch (error) {
      console.error(error.message);
      response.writeHead(500).end();
    }
  };
}

process.once('SIGTERM', async () => {
  await backend.close({ patience: 5_000 });
  process.exit(0);
});
