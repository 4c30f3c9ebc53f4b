import { find } from './dom.js';
import { span, timeOfDay } from './format.js';

const TURN = 1000; // `pathLength` of the circles
const LONGEST_MARGIN = 5 * 60_000; // the client's default `expiryMargin`

/**
 * Draws the life of the held token, clockwise from the top: elapsed, refresh
 * point, expiry margin. All of it comes from `grant.state`, which holds no token.
 */
export function drawRing(state, now = Date.now()) {
  const life = lifeOf(state);
  const ring = find('#ring');
  ring.dataset.phase = life ? life.phase(now) : 'none';
  ring.dataset.busy = String(state.status === 'fetching' || state.status === 'refreshing');

  drawArc('.ring-zone-use', 0, life?.refresh ?? 0);
  drawArc('.ring-zone-refresh', life?.refresh ?? 0, life?.margin ?? 0);
  drawArc('.ring-zone-margin', life?.margin ?? 0, life ? 1 : 0);
  drawArc('.ring-elapsed', 0, life ? life.elapsed(now) : 0);
  drawMark('refresh', life?.refresh);
  drawMark('margin', life?.margin);

  find('.ring-time').textContent = life ? span(state.expiresAt - now) : '–';
  find('.ring-unit').textContent = life ? 'left' : 'no token';
  find('#life-status').textContent = describe(state);
  writeFacts(state, life, now);
}

/** The thresholds as shares of the whole life, or nothing if no token is held. */
function lifeOf({ issuedAt, refreshAt, expiresAt }) {
  if (expiresAt === undefined) return undefined;
  const whole = expiresAt - issuedAt;
  const marginAt = expiresAt - Math.min(LONGEST_MARGIN, whole / 6);
  const share = (at) => Math.min(1, Math.max(0, (at - issuedAt) / whole));
  return {
    marginAt,
    refresh: share(refreshAt),
    margin: share(marginAt),
    elapsed: share,
    phase: (now) => (now < refreshAt ? 'use' : now < marginAt ? 'refresh' : 'margin'),
  };
}

function drawArc(selector, from, to) {
  const { style } = find(selector);
  const length = Math.max(0, to - from) * TURN;
  style.visibility = length > 0 ? 'visible' : 'hidden';
  style.strokeDasharray = `${length} ${TURN}`;
  style.strokeDashoffset = String(-from * TURN);
}

function drawMark(name, share) {
  const { style } = find(`.ring-mark[data-mark=${name}]`);
  style.visibility = share === undefined ? 'hidden' : 'visible';
  style.transform = `rotate(${(share ?? 0) * 360}deg)`;
}

function writeFacts({ issuedAt, refreshAt, expiresAt }, life, now) {
  const write = (fact, at) => {
    find(`[data-fact=${fact}]`).textContent =
      at === undefined ? '–' : at > now ? `in ${span(at - now)}` : timeOfDay(at);
  };
  write('issued', issuedAt);
  write('refresh', refreshAt);
  write('margin', life?.marginAt);
  write('expiry', expiresAt);
}

function describe({ status, error }) {
  switch (status) {
    case 'empty':
      return 'No token, and none asked for.';
    case 'fetching':
      return 'No token yet: a request is under way.';
    case 'valid':
      return error ? `Valid. The last refresh failed (${error}); the next waits out its back-off.` : 'Valid.';
    case 'refreshing':
      return 'Valid, while the next one is fetched.';
    case 'waiting':
      return `No token: the last request failed (${error}). The next waits out its back-off.`;
    case 'stopped':
      return `The backend refused (${error}), and is not asked again until you sign in.`;
    case 'closed':
      return 'The client is closed.';
    default:
      return status;
  }
}
