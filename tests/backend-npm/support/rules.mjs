// What an app on the package has to say, for the conformance kit: Alice and Bob are signed in by
// a cookie that says so. No real app does that.

const SCOPES = ['base_preview', 'item_download'];
const CLIENT = { client_id: 'client', client_secret: 'FAKE-client-secret' };

/** Options of a backend whose authorization server is at `authority`. */
export function rulesOf(authority, files) {
  const ask = (path, fields, { signal }) =>
    fetch(`${authority}${path}`, {
      method: 'POST',
      body: new URLSearchParams({ ...fields, ...CLIENT }),
      redirect: 'manual',
      signal,
    });
  return {
    authenticate(request) {
      const user = /^who=(alice|bob)$/.exec(request.headers.get('cookie') ?? '')?.[1];
      return user && { user, signIn: `${user}-1`, subject: 'FAKE-subject' };
    },
    authorize: ({ resource, scopes }) =>
      files.includes(resource) && scopes.every((scope) => SCOPES.includes(scope)),
    exchange: ({ subject, resource, scope }, call) =>
      ask(
        '/oauth2/token',
        {
          grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
          subject_token: subject,
          subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          resource,
          scope,
        },
        call,
      ),
    revoke: (token, call) => ask('/oauth2/revoke', { token }, call),
    // Zeros, in base64url.
    keys: 'A'.repeat(43),
    origins: ['https://app.example', 'https://sibling.example'],
  };
}

export const FILES = ['https://api.box.com/2.0/files/123'];
