// Stands for the app's own sign-in. It signs in whoever comes: replace it.

import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

const COOKIE = '__Host-session';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';

/** Who sent the request, as `createBackend` wants it. Any instance can tell: the cookie is signed. */
export function userOf(request) {
  const cookies = request.headers.get('cookie')?.split(';') ?? [];
  const own = cookies.map((one) => one.trim()).find((one) => one.startsWith(`${COOKIE}=`));
  const [signIn, signature] = own?.slice(COOKIE.length + 1).split('.') ?? [];
  if (!signature || !isEqual(signature, sign(signIn))) return undefined;
  return { user: 'demo', signIn, subject: process.env.BOX_SUBJECT_TOKEN };
}

/** The cookie of a new sign-in. */
export function signIn() {
  const name = randomUUID();
  return `${COOKIE}=${name}.${sign(name)}; ${ATTRIBUTES}`;
}

export function endSignIn() {
  return `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`;
}

function sign(name) {
  const key = process.env.KEYS;
  if (!key) throw new Error('KEYS must be set.');
  return createHmac('sha256', key).update(`session ${name}`).digest('base64url');
}

function isEqual(one, other) {
  const [a, b] = [one, other].map((text) => Buffer.from(text));
  return a.length === b.length && timingSafeEqual(a, b);
}
