// Pages, the authorization server, and instances of the backend: everything is asked through
// `handle(request)`, as a page would. *204 was said* must mean *dead*.

import { createBackend } from '../backend.mjs';
import { authorityOf } from './authority.mjs';

const APP = 'https://app.example';
/** For so long a request can be late, in milliseconds. */
const LATE = 60_000;
const MINUTE = 60_000;
const FILES = 'https://api.example/files/';

/** `open` gives the store of an instance, and what is done where it crashes; what it has `keeps` then, or
 * not. All else is of the authority or for `createBackend`. */
export class World {
  constructor({ name, clock, open, keeps = false, instances = 1, lies = false, ...options }) {
    Object.assign(this, { name, clock, open, keeps, options });
    this.authority = authorityOf({ now: clock.now, lies });
    /** What has happened, for the reader of a failure. */
    this.trace = [];
    this.since = clock.now();
    /** What pages have. */
    this.given = [];
    /** What 204 was said of. */
    this.said = [];
    this.takenOver = [];
    this.lies = [];
    this.instances = Array.from({ length: instances }, (_, place) => this.#start(place, true));
  }

  /** A page asks for a token. */
  mint({ place, session, id }) {
    const resource = `${FILES}${session}-${id}`;
    const fields = { session: this.#session(session), id: String(id), resource, scope: 'read' };
    this.#ask(place, '/api/token', 'application/json', JSON.stringify(fields), async (answer) => {
      this.tell(`request ${session}-${id} is answered with ${answer.status}`);
      if (answer.status !== 200) return;
      const { access_token: token, revocation_handle: handle } = await answer.json();
      this.given.push({ session, token, handle });
    });
  }

  /** A page revokes requests, all of its life, or what it has: by handles where it has them. */
  revoke({ place, session, pending, whole, tokens, handles }) {
    const own = tokens ? this.given.filter((one) => one.session === session) : [];
    const fields = new URLSearchParams({ session: this.#session(session) });
    for (const id of pending) fields.append('pending', String(id));
    if (whole) fields.append('whole_session', '1');
    for (const { token, handle } of own) {
      if (handles && handle) fields.append('handle', handle);
      else fields.append('token', token);
    }
    const until = this.clock.now() + LATE;
    const named = { session, pending, whole, tokens: own.map(({ token }) => token), until };
    const form = 'application/x-www-form-urlencoded';
    this.#ask(place, '/api/revoke', form, fields.toString(), async ({ status }) => {
      this.tell(`revoke of ${session} is answered with ${status}`);
      if (status === 202) this.takenOver.push(named);
      if (status !== 204) return;
      this.said.push(named);
      this.lies.push(...this.alive(named).map((token) => `${token} lives, and 204 was said`));
    });
  }

  /** The app takes everything of a page life back. */
  recall({ place, session }) {
    // What is asked for afterwards is another matter, also within this millisecond.
    const named = { session, pending: [], whole: true, tokens: [], until: this.clock.now() - 1 };
    const instance = this.instances[place];
    const taken = instance.backend.recall({ session: this.#session(session) });
    taken.then(() => !instance.isDead && this.takenOver.push(named), () => {});
  }

  /** A schedule comes by. */
  sweep({ place, patience }) {
    this.instances[place].backend.sweep({ patience }).catch(() => {});
  }

  /** One of the calls to the authorization server comes to its end. */
  decide({ which, fate }) {
    const calls = this.authority.waiting();
    if (calls.length === 0) return;
    const call = calls[which % calls.length];
    const fates = this.authority.fatesOf(call);
    const chosen = typeof fate === 'number' ? fates[fate % fates.length] : fate;
    this.tell(`${call.kind} ${chosen}`);
    this.authority.decide(call, chosen);
  }

  /** An instance dies, and another one takes its place. What it had asked for may be done or not. */
  crash({ place, does }) {
    const old = this.instances[place];
    old.isDead = true;
    for (const call of this.authority.waiting().filter(({ instance }) => instance === old)) {
      this.authority.decide(call, does ? 'works' : 'is away');
    }
    old.lose();
    // Nobody knows any more what was withdrawn, and may come late.
    if (!this.keeps) this.said = [];
    this.instances[place] = this.#start(place, false);
  }

  /** Has all calls work until so many milliseconds have passed. Where it is swept, it is once a minute. */
  async wellFor(millis) {
    const isSwept = this.options.background === false;
    for (let passed = 0; passed < millis; passed += 1_000) {
      if (isSwept && passed % MINUTE === MINUTE - 1_000) this.sweep({ place: 0 });
      await this.clock.settled();
      while (this.authority.waiting().length > 0) {
        this.decide({ which: 0, fate: 'works' });
        await this.clock.settled();
      }
      await this.clock.pass(1_000);
    }
  }

  /** What of this lives. */
  alive({ session, pending, whole, tokens, until }) {
    const isMeant = ({ resource, since }) => {
      const [of, id] = nameOf(resource);
      return of === session && (whole || pending.includes(id)) && since <= until;
    };
    const alive = [...this.authority.alive];
    return alive.filter(([token, one]) => tokens.includes(token) || isMeant(one)).map(([token]) => token);
  }

  /** What was taken over and lives on, of what a page has been given. */
  aliveThoughTakenOver() {
    const alive = new Set(this.takenOver.flatMap((named) => this.alive(named)));
    return this.given.map(({ token }) => token).filter((token) => alive.has(token));
  }

  /** Everything ends, however far it is. */
  end() {
    for (const instance of this.instances) {
      instance.isDead = true;
      instance.lose();
    }
  }

  #session(session) {
    return `session-of-${this.name}-${session}`.padEnd(32, '0');
  }

  tell(what) {
    this.clock.note();
    this.trace.push(`${this.clock.now() - this.since} ${what}`);
  }

  #start(place, isFirst) {
    const { store, lose } = this.open({ isFirst });
    const instance = { isDead: false, lose };
    const functions = this.authority.of(instance, (kind, what) => {
      // What a crashed one sends no longer leaves it.
      if (instance.isDead) return;
      this.tell(`instance ${place} calls ${kind}`);
      if (kind === 'exchange') this.#checkExchange(what.resource);
    });
    instance.backend = createBackend({
      authenticate: () => ({ user: 'alice', signIn: 'alice-1' }),
      authorize: () => true,
      ...functions,
      store,
      keys: 'A'.repeat(43),
      origins: APP,
      ...this.options,
    });
    return instance;
  }

  /** Nothing is minted for a request of which 204 was said, as long as it can be late. */
  #checkExchange(resource) {
    const [of, id] = nameOf(resource);
    const now = this.clock.now();
    const isMeant = ({ session, pending, whole, until }) =>
      session === of && (whole || pending.includes(id)) && now < until;
    if (this.said.some(isMeant)) this.lies.push(`${of}-${id} is minted, and 204 was said`);
  }

  #ask(place, path, type, body, heard) {
    const instance = this.instances[place];
    const headers = { 'content-type': type, 'x-downscope': '1', origin: APP };
    const request = new Request(`${APP}${path}`, { method: 'POST', headers, body });
    const answer = instance.backend.handle(request);
    answer.then((one) => !instance.isDead && heard(one), (error) => this.lies.push(String(error)));
  }
}

/** The page life and the request that a resource is asked for by. */
function nameOf(resource) {
  return resource.slice(FILES.length).split('-').map(Number);
}
