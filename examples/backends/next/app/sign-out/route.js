// POST /sign-out: ends the sign-in, and every token that it has.

import { backend } from '../../lib/backend.js';
import { endSignIn, userOf } from '../../lib/session.js';

export async function POST(request) {
  const user = userOf(request);
  if (user) await backend().recall({ signIn: user.signIn });
  return new Response('signed out', { headers: { 'set-cookie': endSignIn() } });
}
