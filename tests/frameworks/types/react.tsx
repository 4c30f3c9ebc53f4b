// React: what an app may write, and below a mark what it must not.

import { createTokenClient, type Grant, type TokenClient, type TokenErrorCode } from 'downscope';
import { TokenProvider, useGrant, type GrantView, type TokenProviderProps } from 'downscope/react';
import { useEffect, type ReactNode } from 'react';

const openClient = (): Promise<TokenClient> => createTokenClient({ tokenEndpoint: '/api/token' });
declare const client: TokenClient;

export function Picture({ resource }: { resource: URL }): ReactNode {
  const view: GrantView = useGrant(resource, ['item_download'] as const);
  const { fetch, token } = view;
  useEffect(() => {
    void fetch(resource, { method: 'HEAD' }).then(({ ok }) => ok);
    void token({ minTtl: 60_000 }).then((text) => text.length);
  }, [fetch, token, resource]);
  if (view.status === 'failed') {
    const code: TokenErrorCode = view.error.code;
    return <button onClick={view.retry}>{code}</button>;
  }
  if (view.status === 'ready') {
    const grant: Grant = view.grant;
    return <p>{grant.state.status}</p>;
  }
  return view.status === 'revoked' ? 'Signed out' : 'Loading';
}

const props: TokenProviderProps = { client };

export const apps = (
  <>
    <TokenProvider client={openClient}>
      <Picture resource={new URL('https://api.example/')} />
    </TokenProvider>
    <TokenProvider client={openClient()} />
    <TokenProvider {...props}>text</TokenProvider>
  </>
);

export function Wrong(): ReactNode {
  const view = useGrant(undefined, ['read']);
  // @ts-expect-error: a list
  useGrant('https://api.example/', 'read');
  // @ts-expect-error: there may be none
  view.error.code;
  // @ts-expect-error: not there while it is loading
  view.grant.state;
  // @ts-expect-error: no token is in it
  view.accessToken;
  // @ts-expect-error: a client, or what makes one
  return <TokenProvider client={{ tokenEndpoint: '/api/token' }} />;
}
