// What an app may write. It is type-checked, never run.

import {
  TokenError,
  TokenEvent,
  createTokenClient,
  fixedToken,
  isTokenError,
  type GetToken,
  type Grant,
  type GrantState,
  type RevokeResult,
  type TokenClient,
  type TokenClientOptions,
  type TokenErrorCode,
} from 'downscope';
import * as slim from 'downscope/slim';

const getToken: GetToken = async (request, { signal }) =>
  fetch('/token', { method: 'POST', body: JSON.stringify(request), signal });

const options: TokenClientOptions = {
  getToken,
  revokeEndpoint: new URL('https://app.example/revoke'),
  headers: async () => ({ 'X-CSRF': 'value' }),
  credentials: 'include',
  refreshLead: 600_000,
  leaseEndpoint: '/api/lease',
  revokeOn: 'hidden',
  deferred: true,
  app: 'previews',
  allowedOrigins: ['https://api.example'] as const,
};

export async function preview(): Promise<void> {
  const client: TokenClient = await createTokenClient(options);
  const grant: Grant = client.grant({ resource: 'https://api.example/2.0/files/1', scopes: ['base_preview'] });

  const token: string = await grant.token({ minTtl: 60_000, signal: AbortSignal.timeout(1_000) });
  const held: string | undefined = grant.peek();
  const response: Response = await grant.fetch('https://api.example/2.0/files/1', { method: 'HEAD' });
  if (response.status === 401) grant.reject(held ?? token);

  grant.addEventListener('refreshed', (event) => {
    const expiresAt: number = event.detail.expiresAt;
    console.log(event.type satisfies 'refreshed', expiresAt);
  });
  client.addEventListener('error', { handleEvent: (event) => report(event.detail.error) }, { once: true });
  client.addEventListener('revoked', onRevoked);
  client.removeEventListener('revoked', onRevoked);

  await client.revokeAll({ everyTab: true });
  const result: RevokeResult = await grant.revoke();
  console.log(result.tokens.toFixed(), result.confirmed === true);
  await client.close();
}

function onRevoked(event: TokenEvent<'revoked'>): void {
  if (event.detail.reason === 'lapsed') console.log(event.detail.resource?.length);
}

export function report(error: unknown): TokenErrorCode | undefined {
  if (error instanceof TokenError) console.log(error.retryAfter?.toFixed(), error.status?.toFixed());
  return isTokenError(error) ? error.code : undefined;
}

export function label({ status, expiresAt }: GrantState): string {
  switch (status) {
    case 'valid':
    case 'refreshing':
      return `until ${new Date(expiresAt ?? 0).toISOString()}`;
    case 'empty':
    case 'fetching':
    case 'waiting':
    case 'stopped':
    case 'closed':
      return status;
    default:
      return status satisfies never;
  }
}

export async function withOwnWasm(): Promise<TokenClient> {
  await slim.initialize(fetch('/assets/downscope_bg.wasm'));
  return slim.createTokenClient({ getToken: slim.fixedToken('dev', { expiresIn: 60_000 }) });
}

export const development: GetToken = fixedToken('dev');
