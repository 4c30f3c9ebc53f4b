// A real client whose tokens are made up here.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { packageDirectory } from './app.mjs';

/** A module of the package. */
export const load = (file) => import(pathToFileURL(join(packageDirectory, file)));

const { createTokenClient } = await load('index.js');

/**
 * A client that gets FAKE-1, FAKE-2 and so on; `requests` are what it asked for. What
 * `answer(request)` gives is added, and what it throws fails the request.
 */
export async function openClient(answer = () => ({})) {
  const requests = [];
  const getToken = (request) => {
    requests.push(request);
    return { access_token: `FAKE-${requests.length}`, expires_in: 3600, ...answer(request) };
  };
  return { client: await createTokenClient({ getToken, app: crypto.randomUUID() }), requests };
}
