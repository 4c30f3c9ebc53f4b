import { element, find } from './dom.js';
import { fileOf, timeOfDay } from './format.js';

const SHOWN_LEASES = 4;

/** The leases that the server keeps, and what it has ended because one had lapsed. */
export function drawLeases({ leases, tokens }, ownership) {
  const isOwn = ({ session }) => ownership.has(session);
  const ownFirst = [...leases.filter(isOwn), ...leases.filter((lease) => !isOwn(lease))];
  const rows = ownFirst.slice(0, SHOWN_LEASES).map((lease) => row(lease, isOwn(lease), ownership.others));
  const more = leases.length - rows.length;
  if (more > 0) rows.push(element('li', {}, `and ${more} more`));
  find('#lease-rows').replaceChildren(...rows);
  find('#leases-empty').hidden = rows.length > 0;
  find('#lapsed').textContent = lapsedIn(tokens);
}

/** What the leases are about; the term is in milliseconds. */
export function explainLeases(term) {
  find('#lease-term').textContent =
    `A page that is not heard of for ${term / 1000} seconds loses its tokens, though it sent no revoke.`;
}

function row({ held, heardAt, expiresAt }, own, others) {
  const whose = own ? 'this page' : others;
  const request = held ? '; its next request is being held' : '';
  return element(
    'li',
    { 'data-own': String(own) },
    element('b', {}, whose[0].toUpperCase() + whose.slice(1)),
    ` last renewed at ${timeOfDay(heardAt)}, good until ${timeOfDay(expiresAt)}${request}`,
  );
}

function lapsedIn(tokens) {
  const lapsed = tokens.filter(({ revokeReason }) => revokeReason === 'lapsed');
  if (lapsed.length === 0) return 'No lease has lapsed yet.';
  const last = lapsed.reduce((one, other) => (other.revokedAt > one.revokedAt ? other : one));
  const count = lapsed.length === 1 ? '1 token' : `${lapsed.length} tokens`;
  return `Ended because a lease lapsed: ${count}, last that of ${fileOf(last.resource)} at ${timeOfDay(last.revokedAt)}.`;
}
