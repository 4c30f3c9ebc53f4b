import { element, find } from './dom.js';
import { fileOf, timeOfDay } from './format.js';

const SHOWN_ROWS = 60;

/**
 * The server's ledger as it is pushed. An open stream would keep the page out of
 * the back/forward cache, so it is let go of on the way there.
 */
export function followLedger(onLedger) {
  let stream;
  const open = () => {
    stream = new EventSource('/control/ledger/stream');
    stream.addEventListener('ledger', ({ data }) => onLedger(JSON.parse(data)));
    stream.addEventListener('open', () => noteConnection(true));
    stream.addEventListener('error', () => noteConnection(false));
  };
  addEventListener('pagehide', () => stream.close());
  addEventListener('pageshow', ({ persisted }) => persisted && open());
  open();
}

function noteConnection(connected) {
  find('#ledger-note').textContent = connected
    ? 'Every token it has minted, for all tabs.'
    : 'The server does not answer; this is what it last said.';
}

/**
 * Which rows are this page's own. The SDK tells nobody its session, so it is read
 * off the ledger: by the fingerprint of a token that the page holds. Of one that a keeper holds
 * the page does not know it, and `others` is then to be no more than "a page".
 */
export function createOwnership() {
  const fingerprints = new Set();
  const sessions = new Set();
  return {
    others: 'another page',
    async claim(token) {
      if (token) fingerprints.add(await fingerprintOf(token));
    },
    learnFrom(tokens) {
      for (const { fingerprint, session } of tokens) if (fingerprints.has(fingerprint)) sessions.add(session);
    },
    has: (session) => sessions.has(session),
  };
}

export function drawLedger({ live, tokens }, ownership) {
  find('#live-count').textContent = String(live);
  find('#live-label').textContent = live === 1 ? 'live token' : 'live tokens';
  find('.live').dataset.some = String(live > 0);
  find('#ledger-empty').hidden = tokens.length > 0;
  const newestFirst = tokens.slice(-SHOWN_ROWS).reverse();
  find('#ledger-rows').replaceChildren(...newestFirst.map((token) => row(token, ownership.has(token.session))));
}

function row(token, own) {
  return element(
    'tr',
    { 'data-state': token.state, 'data-own': String(own) },
    element('td', {}, element('code', {}, token.fingerprint), ...(own ? [' ', ownTag()] : [])),
    element('td', {}, fileOf(token.resource)),
    element('td', {}, element('i', { class: 'dot' }), stateOf(token)),
    element('td', { class: 'number' }, token.refused > 0 ? `${token.uses} + ${token.refused} refused` : token.uses),
  );
}

const ownTag = () => element('span', { class: 'own' }, 'this page');

function stateOf({ state, expiresAt, revokeReason }) {
  if (state === 'live') return `live until ${timeOfDay(expiresAt)}`;
  return state === 'revoked' ? `revoked: ${revokeReason ?? 'no reason given'}` : state;
}

/** As the ledger has it. */
export async function fingerprintOf(token) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return Array.from(new Uint8Array(digest, 0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
