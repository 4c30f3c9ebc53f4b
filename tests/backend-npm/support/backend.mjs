// A backend on the package, with an authorization server in this process: what it has minted
// is alive until it is revoked.

const directory = `file://${process.env.DOWNSCOPE_BACKEND_PKG}/`;

export const entry = (file) => import(new URL(file, directory));
export const { createBackend, memory, stateless } = await entry('index.js');

export const FILE = 'https://api.example/files/1';
export const APP = 'https://app.example';

/** What mints and revokes. `fails` makes a revoke fail as long as it gives true. */
export function authority({ fails = () => false } = {}) {
  const alive = new Set();
  let last = 0;
  return {
    alive,
    exchange: () => {
      const access_token = `FAKE-token-${process.pid}-${(last += 1)}`;
      alive.add(access_token);
      return { access_token, expires_in: 3600 };
    },
    revoke: (token) => {
      if (fails()) return new Response('{"error":"server_error"}', { status: 503 });
      alive.delete(token);
      return new Response();
    },
  };
}

/** A backend for Alice, whom the cookie `who` names. */
export const backendOf = (server, options) => createBackend(optionsOf(server, options));

export function optionsOf({ exchange, revoke }, options = {}) {
  return {
    authenticate(request) {
      const user = /who=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1];
      return user && { user, signIn: `${user}-1` };
    },
    authorize: ({ resource }) => resource === FILE,
    exchange,
    revoke,
    origins: APP,
    ...options,
  };
}

let pages = 0;

/** A page of the app at `backend`, or at each of several in turn. */
export function pageOf(...backends) {
  const session = `page-${process.pid}-${(pages += 1)}`.padEnd(32, '0');
  let turn = 0;
  const post = (path, type, body) => {
    const headers = { 'content-type': type, 'x-downscope': '1', origin: APP, cookie: 'who=alice' };
    const request = new Request(new URL(path, APP), { method: 'POST', headers, body });
    return backends[turn++ % backends.length].handle(request);
  };
  const json = (path, fields) => post(path, 'application/json', JSON.stringify(fields));
  return {
    session,
    token: (id, more) => json('/api/token', { resource: FILE, scope: 'read', session, id, ...more }),
    revoke: (fields) =>
      post('/api/revoke', 'application/x-www-form-urlencoded', new URLSearchParams(fields).toString()),
    lease: (more) => json('/api/lease', { session, ...more }),
  };
}
