import { element } from './dom.js';
import { fileOf, timeOfDay } from './format.js';

const KEPT_ENTRIES = 300;
const SHOWN_ENTRIES = 120;

/**
 * One list of what the page did and saw (`add`) and what the server logged
 * (`setServerLog`, the whole log and all tokens each time), newest first.
 */
export function createTimeline(list, ownership) {
  const told = [];
  let logged = [];
  const drawn = new Map();

  function draw() {
    const entries = [...told, ...logged].sort((a, b) => b.at - a.at).slice(0, SHOWN_ENTRIES);
    const wanted = new Map(entries.map((entry) => [keyOf(entry), entry]));
    for (const key of drawn.keys()) if (!wanted.has(key)) drawn.delete(key);
    for (const [key, entry] of wanted) if (!drawn.has(key)) drawn.set(key, item(entry));
    list.replaceChildren(...[...wanted.keys()].map((key) => drawn.get(key)));
  }

  return {
    add(tone, title, detail = '', at = Date.now()) {
      told.push({ lane: 'page', tone, title, detail, whose: '', at, count: 1 });
      if (told.length > KEPT_ENTRIES) told.shift();
      draw();
    },
    setServerLog(log, tokens) {
      const lapsed = tokens.filter(({ revokeReason }) => revokeReason === 'lapsed');
      const answers = grouped(log.map((record) => entryOf(record, ownership)));
      logged = [...answers, ...lapsed.map((token) => lapseOf(token, ownership))];
      draw();
    },
  };
}

const keyOf = ({ lane, at, title, detail, whose, count }) => [lane, at, title, detail, whose, count].join('|');

function entryOf({ at, kind, status, session, detail }, ownership) {
  return {
    lane: 'server',
    tone: toneOf(kind, status),
    title: `${TITLES[kind]}: ${status}`,
    detail: kind === 'file' && status < 300 ? '' : detail,
    whose: session && !ownership.has(session) ? ownership.others : '',
    at,
    count: 1,
  };
}

function lapseOf({ revokedAt, resource, session }, ownership) {
  return {
    lane: 'server',
    tone: 'warn',
    title: 'Lease lapsed',
    detail: `${fileOf(resource)}: its token was revoked`,
    whose: ownership.has(session) ? '' : ownership.others,
    at: revokedAt,
    count: 1,
  };
}

function toneOf(kind, status) {
  if (status === 401 || status >= 500) return 'bad';
  if (status >= 400) return 'warn';
  return kind === 'file' ? 'quiet' : 'good';
}

const TITLES = { token: 'Token endpoint', revoke: 'Revoke endpoint', lease: 'Lease endpoint', file: 'File API' };

/** Runs of the same answer become one entry with a count, at the time of the last. */
function grouped(entries) {
  const groups = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    if (last && ['title', 'detail', 'whose'].every((part) => last[part] === entry[part])) {
      groups[groups.length - 1] = { ...entry, count: last.count + 1 };
    } else {
      groups.push(entry);
    }
  }
  return groups;
}

function item({ lane, tone, title, detail, whose, at, count }) {
  return element(
    'li',
    { 'data-lane': lane, 'data-tone': tone },
    element('time', { dateTime: new Date(at).toISOString() }, timeOfDay(at)),
    element('i', { class: `lane lane-${lane}` }),
    element(
      'span',
      { class: 'what' },
      element('span', { class: 'visually-hidden' }, lane === 'page' ? 'Page: ' : 'Server: '),
      element('b', {}, title),
      detail ? element('span', {}, ` ${detail}`) : '',
      count > 1 ? element('span', {}, `, ${count} times`) : '',
    ),
    whose ? element('span', { class: 'whose' }, whose) : '',
  );
}
