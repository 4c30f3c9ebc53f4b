// Box's token endpoints.

import { lifetime, refusalOf } from './rules.mjs';

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
  const answer = await askBox('/oauth2/token', {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token,
    subject_token_type: ACCESS_TOKEN,
    resource,
    scope,
  });
  const { access_token, expires_in, scope: granted } = answer.body;
  if (answer.status !== 200) throw refusalOf(failed('exchange', answer));
  if (typeof access_token !== 'string') throw refusalOf(failed('exchange', { status: 502 }));
  const seconds = lifetime(expires_in);
  return {
    access_token,
    issued_token_type: ACCESS_TOKEN,
    token_type: 'Bearer',
    ...(seconds && { expires_in: seconds }),
    scope: typeof granted === 'string' ? granted : scope,
  };
}

/** RFC 7009: nothing if the token is dead now, and one that Box does not know is; else why not. */
export async function revoke(token) {
  const answer = await askBox('/oauth2/revoke', { token });
  const isUnknown = answer.status === 400 && answer.body.error === 'invalid_token';
  if (answer.status === 200 || isUnknown) return undefined;
  return failed('revoke', answer);
}

/** Writes down what has failed, and none of Box's own words: they may repeat a secret. */
function failed(what, { status, retryAfter, body = {} }) {
  const error = /^[a-z_]{1,40}$/.test(body.error) ? body.error : undefined;
  console.error(`downscope: ${what} failed: ${status} ${error ?? 'without a reason'}`);
  return { status, error, retryAfter, isOfServer: status === 429 || status >= 500 };
}

async function askBox(path, fields) {
  try {
    const response = await fetch(BOX_API + path, {
      method: 'POST',
      body: new URLSearchParams({ ...fields, client_id, client_secret }),
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    });
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, retryAfter, body: parse(await response.text()) };
  } catch (error) {
    console.error(`downscope: no answer from ${BOX_API}: ${error.cause?.code ?? error.name}`);
    return { status: 503, body: {} };
  }
}

/** The fields of a JSON object; none if it is something else. */
function parse(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
