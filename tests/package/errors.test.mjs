// Errors on their way out of the page's script: cloned, logged, written as JSON.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { packageDirectory } from './support/app.mjs';

const { createTokenClient, isTokenError } = await import(pathToFileURL(join(packageDirectory, 'index.js')));

/** An error of the facade, of WebAssembly, and of what the app's own code threw. */
const ERRORS = {
  invalid_options: () => createTokenClient({ tokenEndpoint: 7 }),
  login_required: () => tokenOf(() => Promise.reject(Object.assign(new Error('over'), { status: 401 }))),
  invalid_response: () => tokenOf(() => ({ access_token: 7 }), { timeout: 50 }),
  origin_not_allowed: () => withGrant(() => ({}), (grant) => grant.fetch('https://elsewhere.example/')),
};

for (const [code, cause] of Object.entries(ERRORS)) {
  test(`the message of ${code} begins with it, and a clone still has that`, async () => {
    const error = await cause().catch((error) => error);
    assert.equal(error.code, code);
    assert.ok(error.message.startsWith(`${code}: `), error.message);
    assert.ok(isTokenError(error));

    const clone = structuredClone(error);
    assert.equal(clone.message, error.message);
    assert.ok(!isTokenError(clone), 'it has no `code`');
    assert.ok(String(error).startsWith(`TokenError: ${code}: `));
  });
}

const tokenOf = (getToken, options) => withGrant(getToken, (grant) => grant.token(options));

async function withGrant(getToken, use) {
  const client = await createTokenClient({ getToken });
  try {
    return await use(client.grant({ resource: 'https://api.example/', scopes: ['read'] }));
  } finally {
    await client.close();
  }
}
