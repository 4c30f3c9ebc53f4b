// npm install && node server.mjs

import { createBackend } from 'downscope-backend';
import { toExpress } from 'downscope-backend/node';
import express from 'express';

import { exchange, revoke } from './box.mjs';
import { endSignIn, signIn, userOf } from './session.mjs';

const { APP_ORIGIN, BOX_FILE_IDS = '', BOX_FOLDER_IDS = '', PORT = 3000 } = process.env;
const urls = (kind, ids) => ids.split(',').map((id) => `https://api.box.com/2.0/${kind}/${id}`);
const RESOURCES = [...urls('files', BOX_FILE_IDS), ...urls('folders', BOX_FOLDER_IDS)];
const SCOPES = ['base_explorer', 'base_preview', 'item_download', 'item_preview'];

const backend = createBackend({
  authenticate: (request) => userOf(request.headers.get('cookie')),
  authorize: ({ resource, scopes }) =>
    RESOURCES.includes(resource) && scopes.every((scope) => SCOPES.includes(scope)),
  exchange,
  revoke,
  origins: APP_ORIGIN,
});

const app = express();
app.use(express.json(), express.urlencoded(), toExpress(backend));
app.get('/', (_, response) => {
  response.setHeader('Set-Cookie', signIn());
  response.send('signed in');
});
app.post('/sign-out', async (request, response) => {
  const { signIn: ended, cookie } = endSignIn(request.headers.cookie);
  if (ended) await backend.recall({ signIn: ended });
  response.setHeader('Set-Cookie', cookie);
  response.send('signed out');
});

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});

// The record ends with this process, so that nothing it gave out is to outlive it.
process.once('SIGTERM', async () => {
  server.close();
  await backend.recall({ all: true });
  await backend.close();
  process.exit(0);
});
