// GET /: signs the demo user in.

import { signIn } from '../lib/session.js';

/** Not when the app is built, but for whoever comes. */
export const dynamic = 'force-dynamic';

export function GET() {
  return new Response('signed in', { headers: { 'set-cookie': signIn() } });
}
