// Where tokens can be held, and the switch between the three.

import { find } from './dom.js';

/** What opens a client, by its host. Each file is loaded when it is first needed. */
const OPEN = {
  async page() {
    const { createTokenClient } = await import('downscope');
    return createTokenClient({
      tokenEndpoint: '/api/token',
      revokeEndpoint: '/api/revoke',
      leaseEndpoint: '/api/lease',
      headers: { 'X-Downscope': '1' },
    });
  },
  async worker() {
    const { createTokenClient } = await import('downscope/worker');
    return createTokenClient(() => new Worker('/keeper.js', { type: 'module' }));
  },
  async vault(origin) {
    const { createTokenClient } = await import('downscope/vault');
    return createTokenClient(`${origin}/`);
  },
};

const NOTES = {
  page: 'The client is in this page, and holds them in its memory. This is what the rest of the page describes.',
  worker:
    'A dedicated worker holds them and carries out requests; its file keeper.js says which. The page gets answers, and no token.',
  vault:
    'A hidden frame on an origin of its own holds them and carries out requests. That origin alone has a token endpoint.',
};

const MISSING = {
  withoutVault: 'A vault takes an origin of its own: start the demo with cargo xtask demo --vault.',
  withVault:
    'The demo was started with --vault: the page’s own origin has no token endpoint, so neither page nor worker would get any.',
};

/** With a vault, nobody else gets tokens. */
export const firstHost = (vaultOrigin) => (vaultOrigin ? 'vault' : 'page');

export const openClientIn = (host, vaultOrigin) => OPEN[host](vaultOrigin);

/**
 * Wires the switch; `move(host)` takes the page's client there, and one move waits for the other. What is given
 * waits for the last.
 */
export function wireHosts(vaultOrigin, move) {
  let moving = Promise.resolve();
  find('#host-missing').textContent = vaultOrigin ? MISSING.withVault : MISSING.withoutVault;
  for (const input of document.getElementsByName('host')) {
    input.disabled = (input.value === 'vault') !== Boolean(vaultOrigin);
    input.checked = input.value === firstHost(vaultOrigin);
    if (input.checked) find('#host-note').textContent = NOTES[input.value];
    input.addEventListener('change', () => {
      const go = async () => {
        await move(input.value);
        find('#host-note').textContent = NOTES[input.value];
      };
      // After one that failed as well: that has been told.
      moving = moving.then(go, go);
    });
  }
  return () => moving;
}
