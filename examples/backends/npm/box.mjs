// Box's token endpoints.

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** RFC 8693: the user's own token for one that can do no more than this. */
export const exchange = ({ subject, resource, scope }, { signal }) =>
  askBox(
    '/oauth2/token',
    {
      grant_type: TOKEN_EXCHANGE,
      subject_token: subject,
      subject_token_type: ACCESS_TOKEN,
      resource,
      scope,
    },
    signal,
  );

/** RFC 7009. */
export const revoke = (token, { signal }) => askBox('/oauth2/revoke', { token }, signal);

function askBox(path, fields, signal) {
  const { BOX_API = 'https://api.box.com', BOX_CLIENT_ID, BOX_CLIENT_SECRET } = process.env;
  const client = { client_id: BOX_CLIENT_ID, client_secret: BOX_CLIENT_SECRET };
  return fetch(BOX_API + path, {
    method: 'POST',
    body: new URLSearchParams({ ...fields, ...client }),
    redirect: 'error',
    signal,
  });
}
