// Stands for the app's own sign-in. It signs in whoever comes: replace it.

import { randomBytes } from 'node:crypto';

const COOKIE = '__Host-session';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';
const users = new Map();

const { BOX_SUBJECT_TOKEN, BOX_FILE_IDS = '', BOX_FOLDER_IDS = '' } = process.env;
const urls = (kind, ids) => ids.split(',').map((id) => `https://api.box.com/2.0/${kind}/${id}`);
const RESOURCES = new Set([...urls('files', BOX_FILE_IDS), ...urls('folders', BOX_FOLDER_IDS)]);

if (!BOX_SUBJECT_TOKEN || !(BOX_FILE_IDS || BOX_FOLDER_IDS)) {
  console.error('downscope: no page gets a token without BOX_SUBJECT_TOKEN, and BOX_FILE_IDS or BOX_FOLDER_IDS');
}

/** Who sent the request: the name of their sign-in, their Box token, and what their pages may
 * have tokens for. */
export function userOf(request) {
  return users.get(cookieOf(request));
}

/** Whether a sign-in has not ended. */
export function isSignedIn(signIn) {
  return [...users.values()].some((user) => user.signIn === signIn);
}

/** Signs the demo user in. */
export function signIn(response) {
  const cookie = randomBytes(32).toString('base64url');
  users.set(cookie, {
    signIn: randomBytes(16).toString('base64url'),
    boxToken: BOX_SUBJECT_TOKEN,
    resources: RESOURCES,
  });
  response.setHeader('Set-Cookie', `${COOKIE}=${cookie}; ${ATTRIBUTES}`);
}

/** Ends the sign-in that the request comes from, and gives its name. */
export function endSignIn(request, response) {
  const user = userOf(request);
  users.delete(cookieOf(request));
  response.setHeader('Set-Cookie', `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`);
  return user?.signIn;
}

function cookieOf(request) {
  const cookies = request.headers.cookie?.split(';') ?? [];
  const own = cookies.map((one) => one.trim()).find((one) => one.startsWith(`${COOKIE}=`));
  return own?.slice(COOKIE.length + 1);
}
