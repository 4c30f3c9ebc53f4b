// What an app must not write: every line below a mark has to be an error.

import { TokenError, TokenEvent, createTokenClient, isTokenError, type Grant, type TokenClient } from 'downscope';

declare const client: TokenClient;
declare const grant: Grant;

// @ts-expect-error: an unknown option
void createTokenClient({ tokenEndpoint: '/token', refreshLeed: 1 });
// @ts-expect-error: a duration is a number of milliseconds
void createTokenClient({ tokenEndpoint: '/token', timeout: '30s' });
// @ts-expect-error: there are two moments to revoke at
void createTokenClient({ tokenEndpoint: '/token', revokeOn: 'unload' });
// @ts-expect-error: a grant is of one tab
void grant.revoke({ everyTab: true });
// @ts-expect-error: the options are needed
void createTokenClient();
// @ts-expect-error: the token endpoint's answer has to have the token
void createTokenClient({ getToken: () => ({ expires_in: 3600 }) });

// @ts-expect-error: a grant has scopes
client.grant({ resource: 'https://api.example/' });
// @ts-expect-error: scopes are a list
client.grant({ scopes: 'base_preview item_download' });
// @ts-expect-error: a client has no token; a grant has
void client.token();
// @ts-expect-error: whether it is closed cannot be assigned
client.closed = true;

// @ts-expect-error: a promise of a token is not a token
export const token: string = grant.token();
// @ts-expect-error: there may be no token
export const peeked: string = grant.peek();
// @ts-expect-error: the state is read only
grant.state.status = 'valid';
// @ts-expect-error: the scopes are read only
grant.scopes.push('item_upload');

// @ts-expect-error: there is no such event
grant.addEventListener('renewed', () => {});
// @ts-expect-error: a revoke has no time of expiry
grant.addEventListener('revoked', (event) => event.detail.expiresAt);

// @ts-expect-error: only the SDK makes its errors
export const error = new TokenError('mine');
// @ts-expect-error: only the SDK makes its events
export const event = new TokenEvent('error');

// @ts-expect-error: unknown until it is checked
export const unchecked = (error: unknown): string => error.code;
// @ts-expect-error: there is no such code
export const isOffline = (error: unknown): boolean => isTokenError(error) && error.code === 'offline';
