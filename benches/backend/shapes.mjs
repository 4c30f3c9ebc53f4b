// The answers of a token endpoint, in the shape that each client knows.

import { encoded, jwt } from './tokens.mjs';

/**
 * Whether the request is the last step of a sign-in, of which the clients make one
 * to have a refresh token. It always succeeds and counts for nothing, and what it
 * gives has run out at once, so that the first call asks for a token.
 */
export const isSignIn = ({ code }) => code !== undefined;

/**
 * By path below the prefix of a run: what a request for a token gets. Each takes
 * `{ run, length, life, params, origin }`, of which `params` are the fields of the
 * body or query.
 */
export const SHAPES = {
  // downscope, plain, and the credentials that an app writes for azure.
  token: ({ run, length, life }) => ({
    access_token: run.mint({ length, life }),
    token_type: 'Bearer',
    expires_in: life,
  }),

  // auth0-spa-js.
  'oauth/token': (asked) => ({
    ...oauth(asked),
    id_token: idToken(asked, { iss: `${asked.origin}/`, nonce: nonceOf(asked.params) }),
  }),

  // oidc-client-ts.
  'oidc/token': (asked) => oauth(asked),

  // okta-auth-js, which reads the access token.
  'v1/token': (asked) => ({
    ...oauth(asked),
    access_token: asked.run.mint({ ...asked, claims: { sub: 'fake' } }),
  }),

  // msal-browser.
  'oauth2/v2.0/token': (asked) => ({
    ...oauth(asked),
    ext_expires_in: asked.life,
    client_info: encoded({ uid: 'fake-user', utid: 'fake-tenant' }),
    id_token: idToken(asked, {
      iss: 'https://login.example/fake-tenant/v2.0',
      oid: 'fake-user',
      tid: 'fake-tenant',
      preferred_username: 'fake@user.example',
      ver: '2.0',
    }),
  }),

  // @supabase/auth-js.
  'auth/v1/token': (asked) => ({
    ...oauth(asked),
    access_token: asked.run.mint({ ...asked, claims: { sub: 'fake' } }),
    expires_at: Math.floor(asked.run.now / 1000) + asked.life,
    user: { id: 'fake', aud: 'authenticated', role: 'authenticated', email: 'fake@user.example' },
  }),

  // livekit-client, whose token must be a JWT.
  'livekit/token': ({ run, length, life }) => ({
    serverUrl: 'wss://livekit.example',
    participantToken: run.mint({ length, life, claims: { sub: 'fake' } }),
  }),

  // ably: a TokenDetails object.
  'ably/token': ({ run, length, life }) => ({
    token: run.mint({ length, life }),
    issued: run.now,
    expires: run.now + life * 1000,
    capability: '{"*":["*"]}',
  }),
};

/** What RFC 6749 section 5.1 has, with a refresh token that stays as it is. */
function oauth({ run, length, life, params }) {
  const expiresIn = isSignIn(params) ? 1 : life;
  return {
    access_token: run.mint({ length, life: expiresIn }),
    token_type: 'Bearer',
    expires_in: expiresIn,
    refresh_token: 'fake-refresh-token',
    scope: params.scope,
  };
}

function idToken({ run, params }, claims) {
  const issued = Math.floor(run.now / 1000);
  return jwt({ sub: 'fake', aud: params.client_id, iat: issued, exp: issued + 86_400, ...claims });
}

/** Which nonce the sign-in had: the stand-in for it writes it into the code. */
const nonceOf = ({ code }) => code?.split('.')[1];
