// ContentExplorer and ContentPreview with tokens from the package.

import { boxScopes, boxTokens } from '/pkg/box.js';
import { createTokenClient } from '/pkg/index.js';

/** Of the stand-in for Box. An app of your own leaves `apiHost`, `uploadHost` and the `static…` options out. */
const api = new URL(location.href).searchParams.get('api');
const host = { apiHost: api, uploadHost: api, staticHost: location.origin, staticPath: 'static' };

const client = await createTokenClient({
  tokenEndpoint: '/api/token',
  revokeEndpoint: '/api/revoke',
  headers: { 'X-Downscope': '1' },
});

/** One token for the folder and all that is below it, for both widgets. */
const { token, requestInterceptor, responseInterceptor } = boxTokens(client, {
  scopes: [...boxScopes.explorer, ...boxScopes.preview],
  folder: '0',
  apiHost: api,
});
const options = { requestInterceptor, responseInterceptor, logoUrl: 'box', ...host };
const preview = new globalThis.Box.ContentPreview();
const explorer = new globalThis.Box.ContentExplorer();
explorer.show('0', token, { ...options, container: '#explorer', canPreview: false });
preview.show('1001', token, { ...options, container: '#preview' });

let exchanges = 0;
client.addEventListener('refreshed', () => {
  exchanges += 1;
  document.querySelector('#told').textContent = `Tokens: ${exchanges}`;
});
document.querySelector('#leave').addEventListener('click', async () => {
  explorer.hide();
  preview.hide();
  const { tokens, confirmed } = await client.revokeAll();
  document.querySelector('#told').textContent = `Signed out: ${tokens} revoked${confirmed ? '' : ', unconfirmed'}`;
});
