// The two endpoints that downscope asks, with Box as the authorization server.

import { exchange, isRevoked } from './box.mjs';
import { endpoint, parse, read, Refusal } from './http.mjs';
import { userOf } from './session.mjs';

const { APP_ORIGIN } = process.env;
if (!APP_ORIGIN) throw new Error('APP_ORIGIN must be set, for example https://app.example');

/** What the app's pages need, and nothing more. */
const SCOPES = new Set(['base_preview', 'item_download', 'item_preview']);
const SESSION = /^[\w.~-]{22,128}$/;
const ID = /^[\w.~-]{1,128}$/;

// In memory. Several instances of an app need a store that they share.
/** "session id" of each token request: its token, or null while it is being minted. */
const requests = new Map();
/** Requests that were revoked before they had a token, and when: they may still be on their way. */
const withdrawn = new Map();

/** POST /api/token */
export const token = endpoint(async (request) => {
  if (!isFromOwnPage(request.headers)) throw new Refusal(403, 'access_denied');
  const user = userOf(request);
  if (!user) throw new Refusal(401, 'login_required');
  const { resource, scope, session, id } = parse(await read(request, 'application/json', 16_384));
  if (!SESSION.test(session) || !ID.test(id)) throw new Refusal(400, 'invalid_request');
  // Whole URIs: one that begins like an allowed one is another one.
  if (!user.resources.has(resource)) throw new Refusal(400, 'invalid_target');
  if (!String(scope).split(' ').every((one) => SCOPES.has(one))) {
    throw new Refusal(400, 'invalid_scope');
  }

  const name = `${session} ${id}`;
  if (requests.has(name) || isWithdrawn(name)) throw new Refusal(400, 'invalid_request');
  requests.set(name, null);
  try {
    const answer = await exchange(user.boxToken, resource, scope);
    if (isWithdrawn(name)) {
      await isRevoked(answer.access_token);
      throw new Refusal(400, 'invalid_request');
    }
    requests.set(name, answer.access_token);
    const life = Math.min(answer.expires_in, 86_400) * 1000;
    setTimeout(() => requests.delete(name), life).unref();
    return { status: 200, body: answer };
  } finally {
    if (requests.get(name) === null) requests.delete(name);
  }
});

/** POST /api/revoke. A page that goes away sends no header, and no cookie is needed:
 * whoever can name a token, or the random name of a session, may end it. */
export const revoke = endpoint(async (request) => {
  const type = 'application/x-www-form-urlencoded';
  const form = new URLSearchParams(await read(request, type, 65_536));
  const session = form.get('session');
  const named = SESSION.test(session);
  const whole = named && form.get('whole_session') === '1';
  const pending = named ? form.getAll('pending').filter((id) => ID.test(id)) : [];
  const tokens = new Set(form.getAll('token'));
  if (!whole && tokens.size + pending.length === 0) throw new Refusal(400, 'invalid_request');

  const names = pending.map((id) => `${session} ${id}`);
  if (whole) names.push(...[...requests.keys()].filter((name) => name.startsWith(`${session} `)));
  for (const name of names) {
    if (requests.get(name)) tokens.add(requests.get(name));
    else withdraw(name);
  }

  // A token that is not on record may be alive all the same. But anybody can send
  // this, so the number of them that Box is asked about is bounded.
  const known = new Set(requests.values());
  let lookups = 100;
  let alive = 0;
  for (const one of tokens) {
    const isDead = (known.has(one) || lookups-- > 0) && (await isRevoked(one));
    if (!isDead) alive += 1;
  }
  if (alive > 0) throw new Refusal(503, 'temporarily_unavailable');
  return { status: 204 };
});

/** The cookie comes along with other sites' requests too, this header does not:
 * it takes a preflight, which this server does not grant. */
function isFromOwnPage(headers) {
  const site = headers['sec-fetch-site'];
  const isSameOrigin = site ? site === 'same-origin' : headers.origin === APP_ORIGIN;
  return headers['x-downscope'] === '1' && isSameOrigin;
}

/** For longer than any page waits for an answer. */
function isWithdrawn(name) {
  return withdrawn.get(name) > Date.now() - 60_000;
}

function withdraw(name) {
  withdrawn.set(name, Date.now());
  // The oldest go: this is filled by whoever sends a revoke.
  if (withdrawn.size > 16_384) withdrawn.delete(withdrawn.keys().next().value);
}
