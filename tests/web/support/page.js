// A page that a test holds in its hands: its clocks, timers and events.
//
// Not one file for each: the web server of the test runner loses connections
// (tiny_http 0.12 counts a thread as idle until it has woken up) if a page
// opens more than four at once.

// What a test puts in the place of the browser's own, and how it is put back.

const undo = [];

/** Puts a value in the place of a property. */
export const patch = (object, name, value) => {
  const before = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { value, configurable: true, writable: true });
  whenRestored(() => {
    delete object[name];
    if (before) Object.defineProperty(object, name, before);
  });
};

export const patchGlobal = (name, value) => patch(globalThis, name, value);
export const patchNavigator = (name, value) => patch(navigator, name, value);

/** Calls back at the next `restore`. */
export const whenRestored = (callback) => undo.push(callback);

/** Puts everything back, the last change first. */
export const restore = () => {
  while (undo.length > 0) undo.pop()();
};

// A client that a test leaves behind is not to hear of the documents of others.
globalThis.MutationObserver = class extends MutationObserver {
  constructor(changed) {
    super(changed);
    whenRestored(() => this.disconnect());
  }
};

// Clocks and timers that stand still unless a test lets time pass.

const later = globalThis.setTimeout.bind(globalThis);
const never = globalThis.clearTimeout.bind(globalThis);
const realTime = performance.now.bind(performance);

/** Real milliseconds after which a test has waited in vain. */
const PATIENCE = 10_000;

/** Turns of the event loop in which what waits for no timer comes to rest. */
const TURNS = 8;

/**
 * When the next page begins. An hour after the one before has ended: what the clients
 * of a page share, all tests do.
 */
let begin = { monotonic: 1_234.75, wall: 1_700_000_000_000 };

const BETWEEN_PAGES = 3_600_000;

export class Time {
  /** Not whole, as a browser's. */
  #monotonic = begin.monotonic;
  #wall = begin.wall;
  #ids = 0;
  #timers = new Map();
  #delays = [];
  #most = 0;

  constructor() {
    patch(globalThis, 'setTimeout', (callback, delay) =>
      isCalledByDriver() ? later(callback, delay) : this.#arm(callback, delay),
    );
    patch(globalThis, 'clearTimeout', (id) => {
      if (!this.#timers.delete(id)) never(id);
    });
    whenRestored(() => {
      const wall = Math.max(this.#wall, begin.wall) + BETWEEN_PAGES;
      begin = { monotonic: this.#monotonic + BETWEEN_PAGES, wall };
    });
    patch(performance, 'now', () => this.#monotonic);
    patch(Date, 'now', () => this.#wall);
  }

  get now() {
    return this.#wall;
  }

  /** Lets time pass on both clocks; each timer fires when it is due. */
  async advance(millis) {
    const end = this.#monotonic + millis;
    for (;;) {
      await rest();
      const next = this.#next(end);
      if (!next) break;
      const [id, { due, callback }] = next;
      this.#pass(due - this.#monotonic);
      this.#timers.delete(id);
      callback();
    }
    this.#pass(end - this.#monotonic);
    await rest();
  }

  /** The machine sleeps: only the wall clock goes on, and no timer fires. */
  sleep(millis) {
    this.#wall += millis;
  }

  /** How many timers are armed. */
  get armed() {
    return this.#timers.size;
  }

  /** How many timers were armed side by side, whenever time passed. */
  get most() {
    return this.#most;
  }

  /** Every delay that a timer was armed with. */
  get delays() {
    return this.#delays;
  }

  #arm(callback, delay) {
    // Below zero, where no number of a real timer is.
    this.#ids -= 1;
    this.#delays.push(delay);
    // As browsers do it: a signed 32-bit number, which long delays overflow.
    const due = this.#monotonic + Math.max(0, delay | 0);
    this.#timers.set(this.#ids, { due, callback });
    return this.#ids;
  }

  #next(end) {
    this.#most = Math.max(this.#most, this.#timers.size);
    const due = [...this.#timers].filter(([, timer]) => timer.due <= end);
    return due.sort(([, one], [, other]) => one.due - other.due)[0];
  }

  #pass(millis) {
    const passed = Math.max(0, millis);
    this.#monotonic += passed;
    this.#wall += passed;
  }
}

/**
 * Whether WebKit's driver asks: it looks at the page again and again, each time
 * with a time limit that it sets with the page's own `setTimeout`.
 */
const isCalledByDriver = () => /^evaluateJavaScriptFunction@/m.test(new Error().stack);

/** Lets everything go on that waits for no timer. */
export const rest = async () => {
  for (let left = TURNS; left > 0; left -= 1) await turn();
};

/** The same promise, or a rejection if it does not settle in real time. */
export const within = (promise) => {
  let timer;
  const expired = new Promise((_, reject) => {
    timer = later(() => reject(inVain()), PATIENCE);
  });
  return Promise.race([promise, expired]).finally(() => never(timer));
};

/** Settles as soon as the condition holds. */
export const until = async (condition) => {
  const end = realTime() + PATIENCE;
  while (!condition()) {
    if (realTime() > end) throw inVain();
    await turn();
  }
};

const inVain = () => new Error(`Nothing came of it in ${PATIENCE} ms.`);

// One for all turns: with a new one for each, WebKit takes four times as long.
const channel = new MessageChannel();
const waiting = [];
channel.port1.onmessage = () => waiting.shift()();

/**
 * One turn of the event loop, without the delay that nested timers have. In it a
 * body is read: Firefox does that in another thread, however small the body.
 */
const turn = () =>
  Promise.all([
    new Response(' ').text(),
    new Promise((resolve) => {
      waiting.push(resolve);
      channel.port2.postMessage(undefined);
    }),
  ]);

// What the page goes through, and who listens to it.

// The SDK takes these of the platform once, at its first client, and takes no event of
// a script's for the page's own: so what a test plays is told to the listeners by hand.

const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;

/** Kept of those who listen to the page, by whoever watches just now. */
let book;

EventTarget.prototype.addEventListener = function (type, listener, options) {
  add.call(this, type, listener, options);
  book?.note(this ?? globalThis, type, listener, options);
};

EventTarget.prototype.removeEventListener = function (type, listener, options) {
  remove.call(this, type, listener, options);
  book?.forget(this ?? globalThis, type, listener, options);
};

/** What a test says of the document. */
let said = {};

for (const name of ['hidden', 'prerendering']) {
  const own = Object.getOwnPropertyDescriptor(Document.prototype, name)?.get;
  Object.defineProperty(Document.prototype, name, {
    configurable: true,
    get() {
      return said[name] ?? own?.call(this);
    },
  });
}

/** Says `hidden` or `prerendering` of the document, without an event. */
export const sayOfDocument = (name, value) => {
  said[name] = value;
};

export class Events {
  #listeners = [];
  #complaints = [];

  constructor() {
    this.#complainAbout('error', ({ message }) => message);
    this.#complainAbout('unhandledrejection', ({ reason }) => `Unhandled: ${reason}`);
    // After those two, which are none of the client's.
    book = this;
    said = { hidden: false };
    // For code of a test's that the SDK calls.
    patch(globalThis, 'pageEvents', this);
    whenRestored(() => {
      for (const { target, type, listener, capture } of this.#listeners) {
        remove.call(target, type, listener, capture);
      }
      book = undefined;
      said = {};
    });
  }

  leave(persisted) {
    this.tell('pagehide', { persisted });
  }

  comeBack() {
    this.tell('pageshow', { persisted: true });
  }

  setHidden(hidden) {
    sayOfDocument('hidden', hidden);
    this.tell('visibilitychange');
  }

  /** As the browser does it. */
  tell(type, fields) {
    const target = OF_THE_DOCUMENT.includes(type) ? document : globalThis;
    const told = this.#listeners.filter((one) => one.target === target && one.type === type);
    // Those that capture come first.
    told.sort((one, other) => other.capture - one.capture);
    for (const one of told) {
      // One before it may have taken it away.
      if (this.#listeners.includes(one)) one.listener.call(target, { type, target, isTrusted: true, ...fields });
    }
  }

  /** Every listener is lost, as by `document.open()`. */
  lose() {
    for (const { target, type, listener, capture } of this.#listeners.splice(0)) {
      remove.call(target, type, listener, capture);
    }
  }

  note(target, type, listener, options) {
    const capture = isCapturing(options);
    if (this.#listeners.some(is(target, type, listener, capture))) return;
    this.#listeners.push({ target, type, listener, capture });
  }

  forget(target, type, listener, options) {
    const isIt = is(target, type, listener, isCapturing(options));
    this.#listeners = this.#listeners.filter((one) => !isIt(one));
  }

  /** Types of the events of the page that are listened to. */
  get listened() {
    const ofThePage = this.#listeners.filter(({ target }) => [globalThis, document].includes(target));
    return ofThePage.map(({ type }) => type).sort();
  }

  /** How many listen to the events of some other target. */
  count(target) {
    return this.#listeners.filter((one) => one.target === target).length;
  }

  /** Exceptions and rejections that nobody caught. */
  get complaints() {
    return this.#complaints;
  }

  #complainAbout(type, describe) {
    const listener = (event) => {
      event.preventDefault();
      const complaint = describe(event);
      console.error(complaint);
      this.#complaints.push(complaint);
    };
    addEventListener(type, listener);
    whenRestored(() => removeEventListener(type, listener));
  }
}

const OF_THE_DOCUMENT = ['visibilitychange', 'resume', 'prerenderingchange'];

const isCapturing = (options) => options === true || !!options?.capture;

const is = (target, type, listener, capture) => (one) =>
  one.target === target && one.type === type && one.listener === listener && one.capture === capture;

// WebAssembly as JavaScript sees it.

/**
 * Whether a global string stands somewhere in linear memory: or the middle of
 * it, since an allocator writes its own notes at the ends of what is free.
 */
export const holds = (memory, name) => {
  const bytes = new Uint8Array(memory.buffer);
  const text = globalThis[name];
  const wanted = new TextEncoder().encode(text.slice(text.length / 3, -text.length / 3));
  const matches = (place) => wanted.every((byte, offset) => bytes[place + offset] === byte);
  let place = bytes.indexOf(wanted[0]);
  while (place >= 0 && !matches(place)) place = bytes.indexOf(wanted[0], place + 1);
  return place >= 0;
};

/** Whether a call ends in a trap. */
export const traps = (call) => {
  try {
    call();
    return false;
  } catch (error) {
    return error instanceof WebAssembly.RuntimeError;
  }
};
