// Box's token endpoints.

import { Refusal } from './http.mjs';

const {
  BOX_API = 'https://api.box.com',
  BOX_CLIENT_ID: client_id,
  BOX_CLIENT_SECRET: client_secret,
} = process.env;
if (!client_id || !client_secret) {
  throw new Error('BOX_CLIENT_ID and BOX_CLIENT_SECRET must be set.');
}

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** RFC 8693: the user's own token for one that can do no more than this. */
export async function exchange(subject_token, resource, scope) {
  const { status, retryAfter, body } = await askBox('/oauth2/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token,
    subject_token_type: ACCESS_TOKEN,
    resource,
    scope,
  });
  if (status === 200) {
    const { access_token, expires_in } = body;
    const fixed = { issued_token_type: ACCESS_TOKEN, token_type: 'Bearer', scope };
    return { access_token, expires_in, ...fixed };
  }
  // Nothing of Box's own words: they may repeat a secret.
  if (body.error === 'invalid_scope') throw new Refusal(400, 'invalid_scope');
  if (body.error === 'invalid_resource') throw new Refusal(400, 'invalid_target');
  if (/_client$/.test(body.error)) throw new Refusal(500, 'server_error');
  if (status === 400 || status === 401) throw new Refusal(401, 'login_required');
  throw new Refusal(status === 429 ? 429 : 503, 'temporarily_unavailable', retryAfter);
}

/** RFC 7009: whether the token is dead now. One that Box does not know is. */
export async function isRevoked(one) {
  const { status, body } = await askBox('/oauth2/revoke', { token: one });
  return status === 200 || body.error === 'invalid_token';
}

async function askBox(path, fields) {
  try {
    const response = await fetch(BOX_API + path, {
      method: 'POST',
      body: new URLSearchParams({ ...fields, client_id, client_secret }),
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, retryAfter, body: text ? JSON.parse(text) : {} };
  } catch {
    return { status: 503, body: {} };
  }
}
