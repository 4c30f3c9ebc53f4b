// Apps whose tokens are held by a keeper: what they may write, and below a mark what they must not.

import type { TokenClientOptions } from 'downscope';
import { serveKeeper, type Keeper, type KeeperRefusal } from 'downscope/keeper';
import { createTokenClient as createInVault } from 'downscope/vault';
import { createTokenClient, isTokenError, type KeptClient, type KeptGrant } from 'downscope/worker';

export async function use(worker: () => Worker): Promise<void> {
  const client: KeptClient = await createTokenClient(worker);
  const other: KeptClient = await createInVault(new URL('https://tokens.app.example/'));
  const grant: KeptGrant = client.grant({ resource: 'https://api.example/1', scopes: ['read'] });
  const response: Response = await grant.fetch('https://api.example/1', { method: 'PUT', body: 'a' });
  grant.addEventListener('refreshed', ({ detail }) => console.log(detail.expiresAt));
  client.addEventListener('refused', ({ detail }) => console.log(detail.reason satisfies KeeperRefusal, detail.count));
  client.addEventListener('error', ({ detail }) => console.log(isTokenError(detail.error), grant.state.status));
  const { tokens, confirmed } = await grant.revoke();
  console.log(response.status, tokens, confirmed, client.closed);
  client.resume();
  await client.revokeAll({ everyTab: true });
  await other.close();
}

export function serve(): Keeper {
  const keeper = serveKeeper({
    pageOrigin: 'https://app.example',
    tokenEndpoint: '/api/token',
    revokeEndpoint: '/api/revoke',
    headers: { 'X-Downscope': '1' },
    refreshLead: 60_000,
    grants: [
      {
        resource: 'https://api.example/files/*',
        scopes: ['read'],
        urls: ['{resource}/content'],
        methods: ['GET', 'PUT'],
        queries: ['fields'],
        headers: ['range'],
        answerHeaders: ['etag'],
        redirects: true,
      },
    ],
    limits: { requests: 8 },
  });
  keeper.addEventListener('refused', ({ detail }) => console.log(detail.reason, detail.count));
  void keeper.ready.then(() => undefined);
  return keeper;
}

// What must not be written.

declare const grant: KeptGrant;
declare const options: TokenClientOptions;

// @ts-expect-error - where no token is, none is asked for
export const token: Promise<string> = grant.token({ minTtl: 60 });

// @ts-expect-error - a keeper says itself what it may be asked for
serveKeeper({ tokenEndpoint: '/api/token' });

// @ts-expect-error - where a token may go is said by `grants`
serveKeeper({ tokenEndpoint: '/api/token', grants: [], allowedOrigins: ['https://api.example'] });

// @ts-expect-error - a worker is made by a function: it is made again
void createTokenClient(new Worker('/keeper.js'));

// @ts-expect-error - options are the keeper's
void createTokenClient(() => new Worker('/keeper.js'), options);
