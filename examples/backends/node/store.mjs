// What was minted for which request, and what has become of it.
//
// It is one process: what it knows ends with it. An app that runs in several instances
// needs a store that they share (see the README). Nothing here scans but `endOf`,
// `close` and `sweep`.

import { Withdrawn } from './withdrawn.mjs';

/** How many tokens are on record: in all, of one page life, and of such that nobody here
 * has minted. */
const RECORDS = 100_000;
const OF_SESSION = 2_000;
const UNKNOWN = 2_000;
/** In milliseconds: for so long a token is taken to live whose life nobody has told. */
const UNTOLD_LIFE = 86_400_000;

export class Store {
  #now;
  #sessions = new Map();
  #byToken = new Map();
  #withdrawn = new Withdrawn();
  #unknown = 0;
  #isClosed = false;
  /** How many are being minted. */
  minting = 0;

  /** `now` gives milliseconds, and never goes back. */
  constructor(now) {
    this.#now = now;
  }

  /** The sign-in that a page life belongs to. */
  ownerOf(session) {
    return this.#sessions.get(session)?.signIn;
  }

  /** Enters a request before its token is minted. */
  begin({ session, id, resource, scope }, signIn) {
    if (this.#withdrawn.has(session, id, this.#now())) return { is: 'withdrawn' };
    const of = this.#sessions.get(session) ?? { signIn, records: new Map() };
    const asksFor = `${resource} ${scope}`;
    const before = of.records.get(id);
    if (before && before.asksFor !== asksFor) return { is: 'other' };
    if (before?.stage === 'live') return { is: 'minted', record: before };
    if (before) return { is: before.stage === 'minting' ? 'minting' : 'withdrawn' };
    const isFull = this.#byToken.size + this.minting >= RECORDS || of.records.size >= OF_SESSION;
    if (isFull || this.#isClosed) return { is: 'full' };
    of.signIn ??= signIn;
    const record = { session, id, asksFor, stage: 'minting', attempts: 0 };
    of.records.set(id, record);
    this.#sessions.set(session, of);
    this.minting += 1;
    return { is: 'new', record };
  }

  /** Enters its token. If nobody wants it any more, it is due. */
  admit(record, answer) {
    this.minting -= 1;
    record.stage = record.stage === 'minting' && !this.#isClosed ? 'live' : 'due';
    record.answer = answer;
    record.token = answer.access_token;
    record.expiresAt = this.#now() + (answer.expires_in * 1000 || UNTOLD_LIFE);
    this.#byToken.set(record.token, record);
    return record.stage === 'live';
  }

  /** There is no token, or one that nobody has. What was withdrawn stays so if it comes again. */
  abandon(record, mayBeAlive) {
    this.minting -= 1;
    const { session, id, stage } = record;
    if (stage === 'unwanted') this.#withdrawn.add(session, [id], false, true, this.#now());
    record.stage = mayBeAlive ? 'lost' : 'dead';
    this.#remove(record);
  }

  /** Makes due what is named, and sees to it that what is late is not minted. */
  withdraw({ session, pending, isWhole, tokens, hasHandle }) {
    const found = { records: new Set(), unknown: [], isTaken: !hasHandle, isAllKnown: true };
    for (const token of tokens) this.#find(token, found);
    const records = this.#sessions.get(session)?.records ?? new Map();
    const late = [...pending].filter((id) => !records.has(id));
    for (const id of pending) if (records.has(id)) found.records.add(records.get(id));
    if (isWhole || late.length > 0) {
      found.isAllKnown = false;
      const now = this.#now();
      const isKnown = records.size > 0;
      if (!this.#withdrawn.add(session, late, isWhole, isKnown, now)) found.isTaken = false;
      if (isWhole) for (const record of records.values()) found.records.add(record);
    }
    for (const record of found.records) makeDue(record);
    return found;
  }

  #find(token, found) {
    const record = this.#byToken.get(token);
    if (record && !record.isUnknown) {
      found.records.add(record);
      return;
    }
    found.isAllKnown = false;
    // It waits already.
    if (record) return;
    if (this.#unknown >= UNKNOWN) {
      found.isTaken = false;
      return;
    }
    const expiresAt = this.#now() + UNTOLD_LIFE;
    const unknown = { token, isUnknown: true, stage: 'due', attempts: 0, expiresAt };
    this.#unknown += 1;
    this.#byToken.set(token, unknown);
    found.unknown.push(unknown);
  }

  /** Its token is dead. That is remembered as long as it would have lived, since revokes
   * come twice; but not of one that somebody may have made up. */
  bury(record) {
    record.stage = 'dead';
    record.answer = undefined;
    if (record.isUnknown) this.#remove(record);
  }

  /** Makes due what a sign-in has; its page lives pass to the next one. */
  endOf(signIn) {
    const all = [...this.#sessions.values()];
    return all.filter((of) => of.signIn === signIn).flatMap(endAll);
  }

  /** Makes due what everybody has. Nothing is minted any more. */
  close() {
    this.#isClosed = true;
    return [...this.#sessions.values()].flatMap(endAll);
  }

  /** Forgets what has expired; to be called now and then. */
  sweep() {
    const now = this.#now();
    for (const record of this.#byToken.values()) if (record.expiresAt <= now) this.#remove(record);
  }

  #remove(record) {
    const { token, session, id, isUnknown } = record;
    if (this.#byToken.get(token) === record) {
      this.#byToken.delete(token);
      if (isUnknown) this.#unknown -= 1;
    }
    const of = this.#sessions.get(session);
    if (of?.records.get(id) === record) of.records.delete(id);
    if (of?.records.size === 0) this.#sessions.delete(session);
  }
}

function endAll(of) {
  of.signIn = undefined;
  const records = [...of.records.values()];
  records.forEach(makeDue);
  return records.filter((record) => record.stage === 'due');
}

/** `unwanted` is minting, and due as soon as there is a token; of `lost` nobody knows whether
 * there is one. */
function makeDue(record) {
  if (record.stage === 'live') record.stage = 'due';
  if (record.stage === 'minting') record.stage = 'unwanted';
}
