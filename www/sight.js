// "What a script in this page can see": the hooks of `hooks.js` while the client gets a token and uses it, and a
// try to get one from the backend. What was heard is compared with what the demo's server knows to be a secret.

import { element, find } from './dom.js';
import { listen } from './hooks.js';
import { fingerprintOf } from './ledger.js';

/** As this server writes its handles; its ledger tells which of those are tokens. */
const HANDLE = /^[0-9a-f]{40}$/;

/** Wires the button; `settled()` waits until the client is where it was moved to. */
export function wireSight(app, settled) {
  find('#look').addEventListener('click', async () => {
    find('#seen').textContent = 'Under way…';
    find('#seen-table').hidden = true;
    try {
      await settled();
      const places = await placesOf(await overhear(app));
      // Only now: what that gets is not to be heard as well.
      draw(places, await askBackend(app));
    } catch (error) {
      find('#seen').textContent = `It could not be tried: ${error.message}`;
    }
  });
}

/** What is heard while a token is revoked, another one minted, and that one used. */
async function overhear(app) {
  const grant = app.grantFor(app.shown);
  const { stop } = listen();
  try {
    await grant.revoke();
    const response = await grant.fetch(app.urlOf(app.shown));
    await response.text();
  } catch (error) {
    await stop();
    throw error;
  }
  return stop();
}

/** Rows `{ place, texts, secrets }`. */
async function placesOf(heard) {
  const { tokens } = await (await fetch('/control/ledger')).json();
  const known = new Set(tokens.map(({ fingerprint }) => fingerprint));
  const rows = [];
  for (const [place, { texts, words, hasAnswer }] of heard) {
    let [token, handle] = [false, false];
    for (const word of words) {
      const isToken = known.has(await fingerprintOf(word));
      token ||= isToken;
      handle ||= !isToken && HANDLE.test(word);
    }
    const secrets = [token && 'a token', handle && 'a handle', hasAnswer && 'the token endpoint’s answer'];
    rows.push({ place, texts, secrets: secrets.filter(Boolean) });
  }
  return rows;
}

/** Asks for a token as any script of this page's origin can; gives it back at once. */
async function askBackend(app) {
  for (const origin of ['', ...(app.vaultOrigin ? [app.vaultOrigin] : [])]) {
    const response = await fetch(`${origin}/api/token`, {
      method: 'POST',
      credentials: 'include',
      headers: { 'Content-Type': 'application/json', 'X-Downscope': '1' },
      body: JSON.stringify({ resource: app.urlOf(app.shown), scope: 'base_preview', session: crypto.randomUUID(), id: '1' }),
    }).catch(() => undefined);
    if (!response?.ok) continue;
    const { access_token: token } = await response.json();
    await fetch('/api/revoke', { method: 'POST', body: new URLSearchParams({ token, reason: 'explicit' }) });
    return true;
  }
  return false;
}

function draw(places, hasOwn) {
  const count = places.filter(({ secrets }) => secrets.length).length;
  find('#seen').textContent = `${heardIn(count, places.length)} ${hasOwn ? OWN.given : OWN.refused}`;
  find('#seen-rows').replaceChildren(...places.map(row));
  find('#seen-table').hidden = false;
}

const heardIn = (count, all) =>
  count
    ? `It hears a secret in ${count} of ${all} places.`
    : `It hears no token, no handle and no answer of the backend, in ${all} places.`;

const OWN = {
  given: 'Asking the backend itself, it gets a token.',
  refused: 'Asking the backend itself, it gets no token.',
};

const row = ({ place, texts, secrets }) =>
  element(
    'tr',
    { 'data-heard': String(secrets.length > 0) },
    element('td', {}, place),
    element('td', {}, secrets.join(', ') || (texts ? `nothing secret in ${texts.toLocaleString('en-GB')} texts` : 'nothing')),
  );
