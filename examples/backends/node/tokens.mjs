// The two endpoints that downscope asks, with Box as the authorization server.
//
// One process: what it knows ends with it. It ends everything that it gave out on SIGTERM
// (`stop`); a crash loses it, and then a token lives until it expires. Start one process,
// or take a store that several share (see the README).

import { exchange, revoke as revokeAtBox } from './box.mjs';
import { Ending } from './ending.mjs';
import { endpoint, parameters, parse, read } from './http.mjs';
import * as rules from './rules.mjs';
import { isSignedIn, userOf } from './session.mjs';
import { Store } from './store.mjs';

const { APP_ORIGIN } = process.env;
if (!APP_ORIGIN) throw new Error('APP_ORIGIN must be set, for example https://app.example');

/** How long a revoke waits for the end of what it names, in milliseconds: the page waits for 15 s. */
const PATIENCE = 9_000;

const now = () => performance.now();
const store = new Store(now);
const ending = new Ending(store, revokeAtBox, now);
setInterval(() => store.sweep(), 10_000).unref();

/** POST /api/token */
export const token = endpoint(APP_ORIGIN, async (request) => {
  if (!rules.isFromOwnPage(request.headers, APP_ORIGIN)) {
    throw new rules.Refusal(403, 'access_denied');
  }
  const user = userOf(request);
  if (!user) throw new rules.Refusal(401, 'login_required');
  const body = await read(request, 'application/json', 16_384);
  const wanted = rules.tokenRequest(parse(body), user.resources);

  // A page life belongs to one sign-in. It passes to the next once that has ended.
  const former = store.ownerOf(wanted.session) ?? user.signIn;
  if (former !== user.signIn && isSignedIn(former)) throw new rules.Refusal(400, 'invalid_request');
  if (former !== user.signIn) signOut(former);

  const begun = store.begin(wanted, user.signIn);
  const before = rules.answerTo(begun, now());
  if (before) return { status: 200, body: before };
  const { record } = begun;
  const minting = mint(user.boxToken, wanted, record);
  // A revoke waits for its end.
  record.minted = minting.catch(() => {});
  return { status: 200, body: await minting };
});

/** POST /api/revoke. A page that goes away sends no header, and no cookie is needed:
 * whoever can name a token, or the random name of a session, may end it. */
export const revoke = endpoint(APP_ORIGIN, async (request) => {
  const body = await read(request, 'application/x-www-form-urlencoded', 65_536);
  const found = store.withdraw(rules.revokeRequest(parameters(body)));
  ending.lookUp(found.unknown);
  const dead = Promise.all([...found.records].map(isDead));
  const areDead = await Promise.race([dead.then((all) => all.every(Boolean)), patience()]);
  return { status: rules.answerToRevoke({ ...found, areDead }) };
});

/** Ends what a sign-in has: to be called when it ends, however that comes about. */
export function signOut(signIn) {
  for (const record of store.endOf(signIn)) ending.end(record);
}

/** Ends everything that was given out, since nobody will know of it afterwards, and gives
 * how much may still be alive after so many milliseconds. */
export async function stop(within) {
  const until = now() + within;
  const left = () => ending.size + store.minting;
  for (const record of store.close()) ending.end(record);
  while (left() > 0 && now() < until) await new Promise((resolve) => setTimeout(resolve, 25));
  return left();
}

/** It goes on though the page has gone, so that each token that exists is on record. */
async function mint(boxToken, { resource, scope }, record) {
  let minted;
  try {
    minted = await exchange(boxToken, resource, scope);
  } catch (error) {
    store.abandon(record, error.mayHaveMinted);
    throw error;
  }
  if (store.admit(record, minted)) return minted;
  ending.end(record);
  throw new rules.Refusal(400, 'invalid_request');
}

async function isDead(record) {
  await record.minted;
  return ending.end(record);
}

function patience() {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE, false).unref());
}
