// Stands for the app's own sign-in. It signs in whoever comes: replace it.

import { randomBytes } from 'node:crypto';

const users = new Map();

/** Who sent the request: their Box token, and what their pages may have tokens for. */
export function userOf(request) {
  const cookies = request.headers.cookie?.split(';') ?? [];
  const prefix = '__Host-session=';
  const cookie = cookies.map((one) => one.trim()).find((one) => one.startsWith(prefix));
  return cookie && users.get(cookie.slice(prefix.length));
}

/** Signs the demo user in. */
export function signIn(response) {
  const cookie = randomBytes(32).toString('base64url');
  const files = process.env.BOX_FILE_IDS?.split(',') ?? [];
  users.set(cookie, {
    boxToken: process.env.BOX_SUBJECT_TOKEN,
    resources: new Set(files.map((id) => `https://api.box.com/2.0/files/${id}`)),
  });
  const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict';
  response.setHeader('Set-Cookie', `__Host-session=${cookie}; ${attributes}`);
}
