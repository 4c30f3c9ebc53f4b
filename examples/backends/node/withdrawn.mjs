// Which requests are withdrawn that have not come yet.

/** For longer than any page waits for an answer a request can be late. */
const LATE = 60_000;
/** From so many on, nothing is minted for the session. One that is known is remembered whatever one
 * revoke can name: after an outage a living page names hundreds. */
const BY_NAME = { known: 7_000, strange: 64 };
/** So many names from strangers are remembered. Beyond, more are refused; none is forgotten. */
const NAMES = 100_000;
/** Stands for every request of a session; no id can be this. */
const WHOLE = '*';

export class Withdrawn {
  /** Of each session: until when each id is withdrawn. The one that was named last is last. */
  #sessions = new Map();
  #names = 0;

  has(session, id, now) {
    const ids = this.#sessions.get(session);
    return ids?.get(id) > now || ids?.get(WHOLE) > now;
  }

  /** Withdraws these requests, or all, and says whether there was room. There always is for a
   * session with tokens (`isKnown`). */
  add(session, ids, isWhole, isKnown, now) {
    this.#forget(now);
    const of = this.#sessions.get(session) ?? new Map();
    for (const [id, until] of of) if (until <= now) this.#drop(of, id);
    const isNew = (name) => !of.has(name);
    const most = isKnown ? BY_NAME.known : BY_NAME.strange;
    const isMany = of.size + ids.filter(isNew).length > most;
    const names = isWhole || isMany ? [WHOLE] : ids;
    const more = names.filter(isNew).length;
    if (!isKnown && this.#names + more > NAMES) return false;
    this.#names += more;
    for (const name of names) of.set(name, now + LATE);
    this.#sessions.delete(session);
    this.#sessions.set(session, of);
    return true;
  }

  /** What was named last is over last, so only the front is looked at. */
  #forget(now) {
    for (const [session, ids] of this.#sessions) {
      if (Math.max(...ids.values()) > now) return;
      for (const id of ids.keys()) this.#drop(ids, id);
      this.#sessions.delete(session);
    }
  }

  #drop(ids, id) {
    ids.delete(id);
    this.#names -= 1;
  }
}
