// Ends what is due at the authorization server, again and again until it is dead.

import { waitAfter } from './rules.mjs';

/** How many calls are under way at a time; of such for tokens that somebody may have made
 * up, and how many of those begin in a second: they must keep nobody waiting. */
const AT_ONCE = 16;
const LOOK_UPS = 4;
const LOOK_UPS_A_SECOND = 20;
/** Once the authorization server is back, it is tried again within this time. */
const LONGEST_PAUSE = 10_000;

export class Ending {
  #store;
  #revoke;
  #now;
  #due = new Set();
  #unknown = new Set();
  #calls = 0;
  #lookUps = 0;
  #lookingUp;
  /** What waits for its next try. */
  #later = 0;
  #failures = 0;
  #isPaused = false;

  /** `revoke` gives nothing if the token is dead, else why it may not be. */
  constructor(store, revoke, now) {
    this.#store = store;
    this.#revoke = revoke;
    this.#now = now;
  }

  /** How many may be alive. */
  get size() {
    return this.#due.size + this.#unknown.size + this.#calls + this.#lookUps + this.#later;
  }

  /** Sees to it that a record which is due dies. Gives true once it is dead, and false once
   * the first try has failed or cannot be made now: then the rest goes on by itself. */
  end(record) {
    if (record.stage === 'dead') return true;
    if (record.stage === 'lost') return false;
    if (!record.firstTry) {
      record.firstTry = new Promise((resolve) => (record.tell = resolve));
      this.#due.add(record);
      this.#work();
    }
    return record.firstTry;
  }

  /** The same for tokens that nobody here has minted. */
  lookUp(records) {
    for (const record of records) this.#unknown.add(record);
    this.#lookingUp ??= setInterval(() => this.#lookUpOne(), 1000 / LOOK_UPS_A_SECOND);
  }

  #lookUpOne() {
    const [record] = this.#unknown;
    if (!record) this.#lookingUp = clearInterval(this.#lookingUp);
    if (!record || this.#isPaused || this.#lookUps >= LOOK_UPS) return;
    this.#unknown.delete(record);
    this.#lookUps += 1;
    this.#try(record).finally(() => (this.#lookUps -= 1));
  }

  #work() {
    while (this.#due.size > 0 && !this.#isPaused) {
      // Of a server that has failed one call asks whether it is back.
      if (this.#calls >= (this.#failures > 0 ? 1 : AT_ONCE)) return;
      const [record] = this.#due;
      this.#due.delete(record);
      this.#calls += 1;
      this.#try(record).finally(() => {
        this.#calls -= 1;
        this.#work();
      });
    }
    // It is no use to wait for them.
    for (const record of this.#due) record.tell(false);
  }

  async #try(record) {
    const isOver = record.expiresAt <= this.#now();
    const failure = isOver ? undefined : await this.#revoke(record.token);
    if (failure) return this.#again(record, failure);
    if (!isOver) this.#failures = 0;
    this.#store.bury(record);
    record.tell?.(true);
  }

  #again(record, failure) {
    record.attempts += 1;
    const wait = waitAfter(record.attempts, failure.retryAfter);
    if (!failure.isOfServer) this.#failures = 0;
    else if (!this.#isPaused) this.#pause(failure.retryAfter);
    this.#later += 1;
    setTimeout(() => {
      this.#later -= 1;
      if (record.isUnknown) return this.lookUp([record]);
      this.#due.add(record);
      this.#work();
    }, wait);
    record.tell?.(false);
  }

  /** Leaves a server alone that is down, or that has asked for it. */
  #pause(retryAfter) {
    this.#failures += 1;
    this.#isPaused = true;
    setTimeout(() => {
      this.#isPaused = false;
      this.#work();
    }, Math.min(waitAfter(this.#failures, retryAfter), LONGEST_PAUSE));
  }
}
