// Page and backend together: time that passes for both, and no further before all
// has happened that the present moment brings about.

/** Nothing is left to happen once so many looks in a row have seen nothing new. */
const STILL = 2;

/** As many where it matters that nothing is missed: for workers and locks, which nobody can look at. */
const PATIENT = 60;

export class World {
  #control;

  /** `run` is the run's name at the backend. */
  constructor(run) {
    this.#control = `/control/${run}`;
  }

  /** Changes how the backend behaves. */
  async set(settings) {
    await this.#tell(settings);
  }

  /** How many requests for a token the backend has seen. */
  async hits() {
    const { hits } = await this.#quiet(undefined, PATIENT / 3);
    return hits;
  }

  /** Whether an API would take the token. */
  async isAlive(token) {
    const { alive } = await this.#tell({ isAlive: token });
    return alive;
  }

  /** Lets so many milliseconds pass, with all that happens in them. */
  async run(milliseconds) {
    await this.#pass(clock.passed + milliseconds);
  }

  /** Lets so many milliseconds pass without a timer: those that come due meanwhile are late. */
  async sleep(milliseconds) {
    clock.sleep(milliseconds);
    await this.#tell();
  }

  /** Lets time pass until a promise has settled, and gives its value; fails after `atMost`. */
  async until(promise, atMost = 120_000) {
    let settled = false;
    const noted = () => {
      settled = true;
    };
    promise.then(noted, noted);
    await this.#pass(clock.passed + atMost, () => settled);
    await this.#quiet(() => settled);
    if (!settled) throw new Error(`nothing after ${atMost / 1000} s`);
    return promise;
  }

  /** What happens at the end itself may still go on when it returns. */
  async #pass(end, isOver) {
    const born = clock.truth - clock.passed;
    while (clock.passed < end) {
      const { due = Infinity } = await this.#quiet(isOver);
      if (isOver?.()) return;
      const next = Math.min(clock.next, due - born, end);
      clock.sleep(Math.max(0, next - clock.passed));
      // The backend first: what a timer asks for is asked for now, and an answer
      // that comes at the same moment as a time-out is in time.
      if (due - born <= clock.passed) await this.#quiet();
      else if (clock.next <= clock.passed) await this.#tell();
      await clock.fire();
    }
  }

  /** Waits until neither the backend nor a timer notices anything any more, or until it is over. */
  async #quiet(isOver, looks = isOver ? PATIENT : STILL) {
    let state = await this.#tell();
    const seen = () => `${state.hits} ${state.seen} ${clock.changes}`;
    // Who waits for an answer that is held back waits for the time to pass.
    if (isOver && state.due) looks = STILL;
    for (let still = 0; still < looks && !isOver?.(); ) {
      const before = seen();
      await clock.turn();
      state = await this.#tell();
      const underWay = clock.requests > state.held;
      still = seen() === before && !underWay ? still + 1 : 0;
    }
    return state;
  }

  async #tell(settings) {
    const body = JSON.stringify({ now: clock.truth, ...settings });
    const response = await clock.fetch(this.#control, { method: 'POST', body });
    return response.json();
  }
}
