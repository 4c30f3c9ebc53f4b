// What a script does that gets into a page late and listens: in thirteen places it puts something of its own
// where the platform's was, and takes note of what passes there.

const { apply, construct, defineProperty, getOwnPropertyDescriptor } = Reflect;
const { clone, text } = Response.prototype;
const { then } = Promise.prototype;
const page = globalThis;

/** The places, each with the owners and the names of what is replaced. */
const PLACES = {
  'fetch': [[page, 'fetch']],
  'new Headers': [[page, 'Headers']],
  'methods of Headers': [[Headers.prototype, 'append', 'get', 'set']],
  'new Request': [[page, 'Request']],
  'Promise.prototype.then': [[Promise.prototype, 'then']],
  'JSON.parse': [[JSON, 'parse', 'stringify']],
  'Response.prototype.json': [[Response.prototype, 'arrayBuffer', 'clone', 'json', 'text']],
  'XMLHttpRequest': [[XMLHttpRequest.prototype, 'open', 'send', 'setRequestHeader']],
  'messages': [
    [page, 'MessageChannel', 'Worker', 'postMessage'],
    [MessagePort.prototype, 'postMessage'],
    [Worker.prototype, 'postMessage'],
    [EventTarget.prototype, 'dispatchEvent'],
    [MessageEvent.prototype, 'data'],
  ],
  'Array.prototype.push': [[Array.prototype, 'concat', 'join', 'map', 'push']],
  'Map.prototype.set': [[Map.prototype, 'get', 'set']],
  'methods of strings': [[String.prototype, 'concat', 'replace', 'slice', 'split', 'trim']],
  'Object.defineProperty': [[Object, 'assign', 'defineProperty', 'entries', 'freeze', 'fromEntries']],
};

/** What a token or a handle can look like. */
const WORD = /[\w.~+/-]{20,}/g;
const DEEP = 4;
/** Bytes of a buffer that are read as text: a backend's answer is shorter. */
const LONG = 16_384;
/** Entries of an array, the last ones: what has just been added is there. */
const MANY = 64;
/** How long what is still under way is waited for, in milliseconds. */
const PATIENCE = 500;

/**
 * Listens until `stop()`, which gives the places with what was heard: how many texts, the `words` in them that
 * may be a secret, and whether a token endpoint's answer was among them.
 */
export function listen() {
  const heard = new Map(Object.keys(PLACES).map((place) => [place, { texts: 0, words: new Set(), hasAnswer: false }]));
  const replaced = [];
  const promised = [];
  // What is done here in order to listen is not heard.
  let isBusy = false;

  function hear(place, value) {
    if (isBusy) return;
    isBusy = true;
    try {
      read(heard.get(place), value, DEEP, (promise) => hearLater(place, promise));
    } catch {
      // A getter that throws tells nothing.
    } finally {
      isBusy = false;
    }
  }

  /** What a promise is kept with. Nothing is returned on the way that would have to be waited for: by a hook. */
  function hearLater(place, promise) {
    const told = (value) => {
      hear(place, value);
      const body = value instanceof Response && textOf(value);
      if (body) hearLater(place, body);
    };
    promised.push(apply(then, promise, [told, () => {}]));
  }

  /** Of an answer of a backend; read off a copy, so that the page reads it as if nothing had been. */
  function textOf(response) {
    isBusy = true;
    try {
      const isBackend = /json|form/.test(response.headers.get('content-type'));
      return isBackend && !response.bodyUsed ? apply(text, apply(clone, response, []), []) : undefined;
    } catch {
      // Somebody reads it already.
    } finally {
      isBusy = false;
    }
  }

  /** A callback that tells what it is called with. */
  const overheard = (place, callback) =>
    function (...given) {
      for (const one of given) hear(place, one);
      return apply(callback, this, given);
    };

  function hookOf(place, real, isThen) {
    const hook = function (...given) {
      for (const one of [this, ...given]) hear(place, one);
      const passed = isThen ? Array.from(given, (one) => (typeof one === 'function' ? overheard(place, one) : one)) : given;
      const made = new.target
        ? construct(real, passed, new.target === hook ? real : new.target)
        : apply(real, this, passed);
      hear(place, made);
      return made;
    };
    if (real.prototype) hook.prototype = real.prototype;
    return Object.setPrototypeOf(hook, real);
  }

  isBusy = true;
  for (const [place, owners] of Object.entries(PLACES)) {
    for (const [owner, ...names] of owners) {
      for (const name of names) {
        const descriptor = getOwnPropertyDescriptor(owner, name);
        const { get, value } = descriptor;
        replaced.push([owner, name, descriptor]);
        const hook = hookOf(place, get ?? value, name === 'then');
        defineProperty(owner, name, { ...descriptor, ...(get ? { get: hook } : { value: hook }) });
      }
    }
  }
  isBusy = false;

  return {
    async stop() {
      for (const [owner, name, descriptor] of replaced) defineProperty(owner, name, descriptor);
      // Some are held open, as the request of a lease is.
      const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE));
      const all = async () => {
        for (const one of promised) await one;
      };
      await Promise.race([all(), patience]);
      return heard;
    },
  };
}

/** Takes note of every text in a value, up to some depth. */
function read(note, value, depth, later) {
  if (typeof value === 'string') {
    note.texts += 1;
    for (const [word] of value.matchAll(WORD)) note.words.add(word);
    note.hasAnswer ||= value.includes('"access_token"');
    return;
  }
  if (value === null || typeof value !== 'object' || depth === 0) return;
  if (value instanceof Promise) return void later(value);
  note.hasAnswer ||= Object.hasOwn(value, 'access_token');
  for (const part of partsOf(value)) read(note, part, depth - 1, later);
}

/** What a script would look at of an object. */
function partsOf(value) {
  if (value instanceof Headers || value instanceof URLSearchParams || value instanceof Map) return [...value].flat();
  if (value instanceof Request || value instanceof Response) return [value.url, value.headers];
  if (value instanceof Event) return [value.detail];
  if (Array.isArray(value)) return value.slice(-MANY);
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    return value.byteLength > LONG ? [] : [new TextDecoder('latin1').decode(value)];
  }
  // A window and a document lead to everything there is.
  return value === page || value instanceof Node ? [] : Object.values(value);
}
