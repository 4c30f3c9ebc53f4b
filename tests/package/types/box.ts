// Box's widgets: what an app may write, and below a mark what it must not.

import { createTokenClient, type TokenClient } from 'downscope';
import {
  boxScopes,
  boxTokens,
  type BoxAuthentication,
  type BoxTokenFunction,
  type BoxTokens,
  type BoxTokensOptions,
} from 'downscope/box';

declare const client: TokenClient;

export const options: BoxTokensOptions = {
  scopes: [...boxScopes.explorer, 'item_preview', 'a_scope_of_tomorrow'],
  folder: '123',
  apiHost: new URL('https://api.box.example'),
  minTtl: 600_000,
};
export const early: BoxTokens = boxTokens(createTokenClient({ tokenEndpoint: '/token' }), options);
export const mapped = boxTokens(client, {
  scopes: boxScopes.preview,
  resourceFor: (typedId) => (typedId.startsWith('file_') ? undefined : { resource: new URL('https://api.box.com/'), scopes: ['a'] }),
});

export async function use({ token, authentication, follow, requestInterceptor, responseInterceptor }: BoxTokens): Promise<void> {
  const alone: string = await token('file_1');
  const all: Record<string, string> = await token(['file_1', 'file_2']);
  const given: BoxTokenFunction = token;
  const auth: BoxAuthentication = authentication('folder_0');
  console.log(alone.length, Object.keys(all), given === token, (await auth.refreshToken()).accessToken);
  const config: { url: string } = await requestInterceptor({ url: '/' });
  const answer: { status: number } = responseInterceptor({ status: 200 });
  console.log(config, answer);
  follow({ updateToken: (next, reload) => console.log(next === token, reload === false) });
}

// @ts-expect-error: there are scopes in any case
boxTokens(client, { folder: '123' });
// @ts-expect-error: an id of a folder is a string: its numbers are too large for others
boxTokens(client, { scopes: ['a'], folder: 123 });
// @ts-expect-error: an unknown option
boxTokens(client, { scopes: ['a'], apiUrl: 'https://api.box.example' });
// @ts-expect-error: a resource, not a grant
boxTokens(client, { scopes: ['a'], resourceFor: () => client.grant({ scopes: ['a'] }).token() });
// @ts-expect-error: a client, not its options
boxTokens({ tokenEndpoint: '/token' }, options);
// @ts-expect-error: a list gets no string
export const one: Promise<string> = early.token(['file_1']);
// @ts-expect-error: the function stays the same
early.token = mapped.token;
// @ts-expect-error: the scopes are not to be changed for everybody
boxScopes.preview.push('item_download');
