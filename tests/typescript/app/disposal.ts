// With the `lib` that has `Symbol.asyncDispose`; TypeScript 5.2 is the first to know it.

import { createTokenClient } from 'downscope';

export async function until(): Promise<string> {
  await using client = await createTokenClient({ tokenEndpoint: '/api/token' });
  return client.grant({ scopes: ['read'] }).token();
}

export async function asDisposable(): Promise<AsyncDisposable> {
  return createTokenClient({ tokenEndpoint: '/api/token' });
}
