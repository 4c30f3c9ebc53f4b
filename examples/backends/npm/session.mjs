// Stands for the app's own sign-in. It signs in whoever comes: replace it.

import { randomBytes } from 'node:crypto';

const COOKIE = '__Host-session';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';
const users = new Map();

/** Whose header `Cookie` it is, as `createBackend` wants it. */
export function userOf(header) {
  return users.get(cookieOf(header));
}

/** The cookie of a new sign-in of the demo user. */
export function signIn() {
  const cookie = randomBytes(32).toString('base64url');
  const name = randomBytes(16).toString('base64url');
  users.set(cookie, { user: 'demo', signIn: name, subject: process.env.BOX_SUBJECT_TOKEN });
  return `${COOKIE}=${cookie}; ${ATTRIBUTES}`;
}

/** Ends a sign-in: its name, and the cookie that takes its place. */
export function endSignIn(header) {
  const { signIn: name } = userOf(header) ?? {};
  users.delete(cookieOf(header));
  return { signIn: name, cookie: `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0` };
}

function cookieOf(header) {
  const cookies = header?.split(';') ?? [];
  const own = cookies.map((one) => one.trim()).find((one) => one.startsWith(`${COOKIE}=`));
  return own?.slice(COOKIE.length + 1);
}
