// Both entries, against the reference backend: whatever has made the package, or
// left out what makes it smaller.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allRevoked } from '../e2e/support/ledger.mjs';
import { setUp } from '../e2e/support/page.mjs';

const stage = setUp();

for (const entry of ['index.js', 'slim.js']) {
  test(`${entry} gets a token that opens the file, and revokes it`, async () => {
    const { page, server } = stage;
    const { token, status } = await page.evaluate(async (entry) => {
      const { createTokenClient } = await import(`/pkg/${entry}`);
      const client = await createTokenClient({
        tokenEndpoint: '/api/token',
        revokeEndpoint: '/api/revoke',
        headers: { 'X-Downscope': '1' },
      });
      const grant = client.grant({ resource: fixture.fileUrl('101'), scopes: ['base_preview', 'item_download'] });
      const token = await grant.token();
      const { status } = await grant.fetch(fixture.fileUrl('101'));
      await client.close();
      return { token, status };
    }, entry);
    assert.match(token, /^[0-9a-f]{40}$/);
    assert.equal(status, 200);
    await allRevoked(server, 1, 'explicit');
  });
}
