// Gets a token without any help of the test, which may evaluate what the
// page's policy forbids; tells in `data-outcome` how that went, and in
// `data-violations` what was blocked.

import { createTokenClient } from '/pkg/index.js';

const violations = [];
addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
  violations.push(`${effectiveDirective}: ${blockedURI}`);
});

const api = new URL(location.href).searchParams.get('api');

async function getToken() {
  const client = await createTokenClient({
    tokenEndpoint: '/api/token',
    revokeEndpoint: '/api/revoke',
    headers: { 'X-Downscope': '1' },
  });
  const grant = client.grant({ resource: `${api}/2.0/files/101`, scopes: ['base_preview'] });
  await grant.token();
  return 'token';
}

const outcome = await getToken().catch(
  ({ name, code, message }) => `${name} ${code}: ${message}`,
);
Object.assign(document.documentElement.dataset, {
  violations: JSON.stringify(violations),
  outcome,
});
