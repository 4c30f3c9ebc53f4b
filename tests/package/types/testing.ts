// Unit tests of apps: what they may write, and below a mark what they must not.

import type { Grant, TokenClient, TokenClientOptions } from 'downscope';
import { createTestClient, createTokenClient, initialize, isTokenError, type TestTokenClient } from 'downscope/testing';

/** The double stands where the client does. */
export const make: (options: TokenClientOptions) => Promise<TokenClient> = createTokenClient;

export async function use(): Promise<void> {
  await initialize();
  const client: TestTokenClient = createTestClient({ tokenEndpoint: '/api/token' });
  const { backend } = client;
  const grant: Grant = client.grant({ resource: 'https://api.example/1', scopes: ['read'] });
  backend.hold();
  backend.give('FAKE-1', { expiresIn: 60_000, scopes: ['read'] });
  backend.fail('login_required', { status: 401, retryAfter: 5_000, oauthError: 'invalid_grant' });
  backend.respond((input, init) => new Response(String(input), { headers: init.headers ?? {} }));
  backend.refuse(2);
  backend.release();
  await backend.refresh(grant);
  backend.expire(grant);
  backend.recall(grant, 'lapsed');
  backend.emit('expired', {}, grant);
  backend.emit('refreshed', { expiresAt: 1 });
  console.log(backend.requests.map(({ resource, scopes }) => `${resource} ${scopes.join()}`));
  await grant.token().catch((error: unknown) => isTokenError(error) && error.code);
}

declare const client: TestTokenClient;

// @ts-expect-error: a token is a string
client.backend.give(7);
// @ts-expect-error: there is no such code
client.backend.fail('offline');
// @ts-expect-error: not of a request
client.backend.fail('unsupported');
// @ts-expect-error: there is no such event
client.backend.emit('renewed', {});
// @ts-expect-error: an event has its detail
client.backend.emit('refreshed', {});
// @ts-expect-error: only the double has a backend
(client as TokenClient).backend;
