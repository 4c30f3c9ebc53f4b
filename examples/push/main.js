// A client that wants to be given each token, kept supplied by `follow`.

import { follow } from '/pkg/adapters.js';
import { createTokenClient } from '/pkg/index.js';
import { Feed } from './feed.js';

const find = (id) => document.querySelector(`#${id}`);

const { apiOrigin } = await (await fetch('/config.json')).json();
const client = await createTokenClient({
  tokenEndpoint: '/api/token',
  revokeEndpoint: '/api/revoke',
  headers: { 'X-Downscope': '1' },
});
const resource = `${apiOrigin}/2.0/files/101`;
const grant = client.grant({ resource, scopes: ['base_preview', 'item_download'] });

const feed = new Feed(`${resource}/content`);
feed.addEventListener('said', ({ detail }) => {
  find('said').textContent = detail;
});

/** Until the user signs out. A refusal for good ends it too. */
async function connect() {
  find('enter').disabled = true;
  try {
    await follow(grant, (token) => {
      find('pushed').textContent = Number(find('pushed').textContent) + 1;
      feed.setToken(token);
    });
    feed.disconnect();
  } catch (error) {
    feed.disconnect();
    find('said').textContent = `no token: ${error.code}`;
  }
  find('enter').disabled = false;
}

find('refresh').addEventListener('click', () => grant.token({ forceRefresh: true }).catch(console.error));
find('leave').addEventListener('click', () => client.revokeAll());
find('enter').addEventListener('click', () => {
  client.resume();
  connect();
});
connect();
