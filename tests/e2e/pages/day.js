// A day in less than a minute. Runs in a page before the SDK: clocks that only
// the test moves, a backend that answers at once, and books of what is open.

{
  /** In seconds: a token lives from two to six hours, so that no two hours are alike in what they ask for. */
  const SHORTEST = 7_200;
  const SPREAD = 14_400;
  /** Of so many requests for a resource one is refused. */
  const REFUSED = 97;

  // ---- Clocks

  const dawn = Date.now();
  let now = 0;
  let numbers = 0;
  const timers = new Map();

  Date.now = () => dawn + now;
  performance.now = () => now;
  globalThis.setTimeout = (action, delay = 0) => {
    numbers += 1;
    timers.set(numbers, { at: now + Math.max(0, delay), action });
    return numbers;
  };
  globalThis.clearTimeout = (number) => void timers.delete(number);
  globalThis.setInterval = () => {
    throw new Error('this day has no intervals');
  };

  /** Lets so much time pass, with every timer that is due meanwhile. */
  async function pass(milliseconds) {
    const end = now + milliseconds;
    for (;;) {
      let next;
      for (const [number, { at }] of timers) {
        if (at <= end && (!next || at < next.at)) next = { number, at };
      }
      if (!next) break;
      const { action } = timers.get(next.number);
      timers.delete(next.number);
      now = Math.max(now, next.at);
      action();
      await settled();
    }
    now = end;
  }

  const { port1, port2 } = new MessageChannel();

  /** A turn of the event loop. `setTimeout` would take four milliseconds. */
  const turn = () =>
    new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(null);
    });

  /** Until every request is answered, and the answers are read. */
  async function settled() {
    do await turn();
    while (answering > 0);
    await turn();
  }

  // ---- A backend

  let answering = 0;
  const asked = { token: 0, revoke: 0, resource: 0 };

  globalThis.fetch = async (input) => {
    answering += 1;
    try {
      await null;
      return answer(new URL(input.url ?? input, location.href).pathname);
    } finally {
      answering -= 1;
    }
  };

  function answer(path) {
    if (path === '/api/token') {
      asked.token += 1;
      // All of one length, as a backend's are.
      const access_token = `day-${String(asked.token).padStart(36, '0')}`;
      const expires_in = SHORTEST + ((asked.token * 7_919) % SPREAD);
      return Response.json({ access_token, token_type: 'Bearer', expires_in });
    }
    if (path === '/api/revoke') {
      asked.revoke += 1;
      return new Response(null, { status: 204 });
    }
    asked.resource += 1;
    return new Response('', { status: asked.resource % REFUSED === 0 ? 401 : 200 });
  }

  navigator.sendBeacon = () => true;

  // ---- Books

  const channels = new Set();
  globalThis.BroadcastChannel = class extends BroadcastChannel {
    constructor(name) {
      super(name);
      channels.add(this);
    }
    close() {
      channels.delete(this);
      super.close();
    }
  };

  const listeners = new Set();
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
  const captures = (options) => (typeof options === 'object' ? !!options?.capture : !!options);
  /** Those that are the same to the browser: added twice a listener is there once. */
  const same = (wanted) =>
    [...listeners].filter((one) => Object.keys(wanted).every((name) => one[name] === wanted[name]));
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const target = this ?? globalThis;
    const one = { target, type, listener, capture: captures(options) };
    if (same(one).length === 0) listeners.add({ ...one, signal: Object(options).signal });
    return add.call(target, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    const target = this ?? globalThis;
    const wanted = { target, type, listener, capture: captures(options) };
    for (const one of same(wanted)) listeners.delete(one);
    return remove.call(target, type, listener, options);
  };

  let finalizers = 0;
  globalThis.FinalizationRegistry = class extends FinalizationRegistry {
    constructor(finalize) {
      super(finalize);
      finalizers += 1;
    }
  };

  let memory;
  let tables;
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...rest) => {
    const instance = await instantiate.apply(WebAssembly, rest);
    const all = Object.values(instance.exports);
    memory = all.find((one) => one instanceof WebAssembly.Memory);
    tables = all.filter((one) => one instanceof WebAssembly.Table);
    return instance;
  };

  /**
   * JavaScript's values that WebAssembly holds on to, its own closures among
   * them. Functions of WebAssembly are in a table of their own.
   */
  function references() {
    let held = 0;
    for (const table of tables) {
      for (let place = 0; place < table.length; place += 1) {
        const value = table.get(place);
        if (value != null && !isOfWasm(value)) held += 1;
      }
    }
    return held;
  }

  const isOfWasm = (value) => typeof value === 'function' && /^\d+$/.test(value.name);

  /** What there is now, of each thing that could be left behind. */
  function books() {
    for (const one of listeners) if (one.signal?.aborted) listeners.delete(one);
    return {
      pages: memory.buffer.byteLength / 65_536,
      references: references(),
      finalizers,
      timers: timers.size,
      listeners: listeners.size,
      channels: channels.size,
    };
  }

  let watched = [];

  /** Wants to know what becomes of these objects. */
  function watch(objects) {
    watched = objects.map((one) => new WeakRef(one));
  }

  /** How many of them are still there. */
  const alive = () => watched.filter((one) => one.deref()).length;

  globalThis.day = { alive, asked, books, pass, settled, watch };
}
