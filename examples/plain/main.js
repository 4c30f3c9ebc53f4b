// A file of an API, shown with a token of its own. No bundler, no framework.

import { createTokenClient, isTokenError } from '/pkg/index.js';

const find = (id) => document.querySelector(`#${id}`);

/** Of the demo's server: where its file API is. An app of your own knows that. */
const { apiOrigin } = await (await fetch('/config.json')).json();

const client = await createTokenClient({
  tokenEndpoint: '/api/token',
  revokeEndpoint: '/api/revoke',
  headers: { 'X-Downscope': '1' },
});

/** Opens one file, for its content. Asks for nothing yet. */
const resource = `${apiOrigin}/2.0/files/102`;
const grant = client.grant({ resource, scopes: ['base_preview', 'item_download'] });

function tell() {
  const { status, expiresAt } = grant.state;
  const until = expiresAt ? `, until ${new Date(expiresAt).toLocaleTimeString()}` : '';
  find('state').textContent = `Token: ${status}${until}`;
}
for (const type of ['refreshed', 'expired', 'revoked', 'error']) grant.addEventListener(type, tell);
tell();

async function show() {
  const response = await grant.fetch(`${resource}/content`);
  if (!response.ok) throw new Error(`The API answered ${response.status}`);
  const picture = find('picture');
  URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(await response.blob());
}

find('show').addEventListener('click', () =>
  show().catch((error) => {
    find('state').textContent = isTokenError(error) ? `No token: ${error.code}` : error.message;
  }),
);
find('leave').addEventListener('click', async () => {
  find('picture').removeAttribute('src');
  await client.revokeAll();
});
