// The backend half of downscope, web-standard: `handle(request)` answers the three endpoints.
// What is decided, and all that is carried out, is WebAssembly; here are the app's functions.

import { answersOf } from './ask.js';
import { away, longestBody, start } from './core.js';
import { readBody } from './body.js';
import { offer } from './direct.js';
import { checkPatience, isStateless, settingsOf, withKeys } from './settings.js';
import { logFailure } from './log.js';
import { memory } from './memory.js';
import { starterOf } from './starting.js';
import { freshOf, stateless } from './stateless.js';
import { left } from './time.js';

export { memory, stateless };

/** What the service calls otherwise; neither goes by the other's name. */
const NAMES = { signIn: 'sign_in', sign_in: 'signIn' };

/** How long a sweep waits, in milliseconds, for what may yet end. */
const SWEEP = 10_000;

/** A backend. See index.d.ts. */
export function createBackend(options) {
  const { settings, paths, onEvent, waitUntil, runs } = settingsOf(options);
  const store = options.store ?? memory();
  const calls = new Map();
  const hooks = { ...answersOf(options, calls), tell: teller(onEvent) };
  const keepsNothing = isStateless(store);
  const keyed = () => withKeys(settings);
  const starter = keepsNothing
    ? freshOf(keyed, hooks)
    : starterOf(
        () => start(keyed(), store, hooks),
        (backend) => runs && backend.run(),
      );
  // Each request asks for it anew, and says so. What does not run has nothing to do before the
  // first: at the edge there are no timers until then.
  if (runs) starter.started().catch(() => {});
  const keepAwake = keeper(waitUntil ?? (keepsNothing ? () => {} : undefined));
  let last = 0;
  let closing;

  async function handle(request) {
    const { method, url, headers, signal } = request;
    const reading = readBody(request, longestBody);
    // Whoever waits for it comes later.
    reading.catch(() => {});
    const { pathname } = new URL(url);
    const asked = { method, path: pathname, headers: [...headers].flat(), signal, reading };
    return responseOf(await serve({ ...asked, request: () => request }));
  }

  /** The status, the headers and the body, or null where whoever asked has gone. `reading` has
   * begun: what has come is lost with the connection of a page that goes away meanwhile. */
  async function serve(asked) {
    let backend;
    try {
      backend = await starter.started();
    } catch (error) {
      if (error?.isLasting) throw error;
      return away(keyed(), asked);
    }
    const answering = answered(backend, asked);
    // From the beginning: whoever asked may go, and what nothing keeps awake then ends with them.
    keepAwake(async () => {
      await answering.catch(() => {});
      await backend.settled();
      starter.ended(backend);
    });
    return answering;
  }

  async function answered(backend, { method, path, headers, signal, reading, request }) {
    const number = (last = (last + 1) % 0x1_0000_0000);
    const abort = () => backend.abort(number);
    calls.set(number, request);
    try {
      const body = await reading;
      const answer = backend.handle(number, method, path, headers, body);
      signal?.addEventListener('abort', abort, { once: true });
      if (signal?.aborted) abort();
      return await answer;
    } finally {
      signal?.removeEventListener('abort', abort);
      calls.delete(number);
    }
  }

  async function close(patience) {
    const time = left(patience);
    try {
      // One that has not started holds nothing.
      const backend = await starter.last(time());
      await backend?.stop(time(), store.isLast === true);
    } finally {
      await store.close?.({ patience: time() });
    }
  }

  const backend = Object.freeze({
    paths,
    handle,
    /** Whether a request is for one of the endpoints. */
    serves: (path) => Object.values(paths).includes(path),
    sweep: async ({ patience = SWEEP } = {}) => {
      checkPatience(patience);
      const backend = await starter.started();
      return { due: await awake(() => backend.sweep(patience)) };
    },
    recall: async (scope) => {
      const backend = await starter.started();
      const due = await backend.recall(recallOf(scope));
      keepAwake(() => awake(() => backend.sweep(SWEEP)));
      return { due };
    },
    stats: async () => {
      const [live, due, leases, unknown] = await (await starter.started()).stats();
      return { live, due, leases, unknown };
    },
    close: ({ patience = 25_000 } = {}) => {
      checkPatience(patience);
      return (closing ??= awake(() => close(patience)));
    },
  });
  offer(backend, serve);
  return backend;
}

/** The timers of the core let a process end; it is not to, before this has. */
async function awake(work) {
  const timer = setInterval(() => {}, 0x7fff_ffff);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

function responseOf(answer) {
  // Whoever asked has gone.
  if (answer === null) return new Response(null, { status: 499 });
  const [status, flat, body] = answer;
  const headers = new Headers();
  for (let at = 0; at < flat.length; at += 2) headers.append(flat[at], flat[at + 1]);
  return new Response(body === '' ? null : body, { status, headers });
}

/** As the service reads it: a field that it does not know it refuses. */
function recallOf(scope) {
  const named = Object.entries(scope ?? {}).map(([name, value]) => [NAMES[name] ?? name, value]);
  return JSON.stringify(Object.fromEntries(named));
}

/** The core must not fail over what the app does with an event. */
function teller(onEvent) {
  const failed = (error) => logFailure('onEvent', error);
  return (text) => {
    try {
      Promise.resolve(onEvent?.(JSON.parse(text))).catch(failed);
    } catch (error) {
      failed(error);
    }
  };
}

/** Nor an answer over what keeps the process awake for it, and behind it. */
function keeper(waitUntil) {
  return (work) => {
    if (!waitUntil) return;
    const done = work().catch((error) => logFailure('what goes on behind an answer', error));
    try {
      Promise.resolve(waitUntil(done)).catch((error) => logFailure('waitUntil', error));
    } catch (error) {
      logFailure('waitUntil', error);
    }
  };
}
