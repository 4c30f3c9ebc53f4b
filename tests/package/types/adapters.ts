// Other clients: what an app may write, and below a mark what it must not.

import type { Grant } from 'downscope';
import { follow, tokenCredential, withExpiry, type TimedToken, type TokenCredential } from 'downscope/adapters';

declare const grant: Grant;
declare const socket: { setToken(token: string): Promise<void> };

export async function use(signal: AbortSignal): Promise<void> {
  const timed: TimedToken = await withExpiry(grant, { minTtl: 60_000, signal });
  console.log(timed.token.length, timed.expiresAt - timed.refreshAt, timed.expiresIn.toFixed());
  const credential: TokenCredential = tokenCredential(grant);
  const { token, expiresOnTimestamp } = await credential.getToken('scope', { abortSignal: signal });
  console.log(token.length, expiresOnTimestamp.toFixed());
  const over: Promise<void> = follow(grant, (next) => socket.setToken(next), { signal });
  await over;
}

// @ts-expect-error: a grant, not a token
void follow('token', console.log);
// @ts-expect-error: the signal is an option
void follow(grant, console.log, AbortSignal.abort());
// @ts-expect-error: a token is a string
void follow(grant, (token: number) => token);
// @ts-expect-error: there is no such option
void withExpiry(grant, { minTTL: 60_000 });
// @ts-expect-error: a point in time is a number
export const date: Promise<{ expiresAt: Date }> = withExpiry(grant);
