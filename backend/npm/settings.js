// What `createBackend` is given: checked here where it is a function, and in the core
// where it is a value.

import { begin, leaseFault } from './core.js';

const FUNCTIONS = ['authenticate', 'authorize', 'exchange', 'revoke'];
const VALUES = [
  'handles',
  'lease',
  'requireLease',
  'revocationsPerSecond',
  'mintsAtOnce',
  'heldAtOnce',
  'unknownPerSecond',
  'untoldLife',
];
const OTHERS = ['store', 'keys', 'origins', 'paths', 'waitUntil', 'onEvent', 'background'];
const PATHS = { token: '/api/token', revoke: '/api/revoke', lease: '/api/lease' };

/** Settings for the core, and what stays here. */
export function settingsOf(options) {
  for (const name of FUNCTIONS) {
    if (typeof options[name] !== 'function') throw wrong(`${name} must be a function`);
  }
  for (const name of Object.keys(options)) {
    const isKnown = [...FUNCTIONS, ...VALUES, ...OTHERS].includes(name);
    if (!isKnown) throw wrong(`there is no option ${name}`);
  }
  for (const name of ['onEvent', 'waitUntil']) {
    const given = options[name];
    if (given === undefined || typeof given === 'function') continue;
    throw wrong(`${name} must be a function`);
  }
  const { store, onEvent, waitUntil } = options;
  // Where the process is frozen after its answer, nothing may go on behind it by itself.
  const runs = !isStateless(store) && (options.background ?? !waitUntil);
  const paths = pathsOf(options.paths);
  checkLease(options.lease, !runs);
  checkKeys(options);
  if (isStateless(store)) checkStateless(options);
  const values = VALUES.filter((name) => options[name] !== undefined);
  const settings = {
    ...(isStateless(store) && { handles: 'sealed' }),
    ...Object.fromEntries(values.map((name) => [name, options[name]])),
    keys: options.keys,
    origins: originsOf(options.origins),
    paths,
    isSwept: !runs,
  };
  return { settings, paths, onEvent, waitUntil, runs };
}

/** How long `close` waits, or a sweep. */
export function checkPatience(patience) {
  if (Number.isFinite(patience) && patience >= 0) return;
  throw wrong('patience must be a number of milliseconds');
}

/** Where the endpoints are: each at a path that a URL has, and no pattern. */
function pathsOf(given) {
  const own = Object.entries(given ?? {}).filter(([, path]) => path !== undefined);
  for (const [name, path] of own) {
    if (!(name in PATHS)) throw wrong(`there is no option paths.${name}`);
    const isPath = typeof path === 'string' && /^\/[^:*{}]*$/.test(path);
    if (!isPath || new URL(`http://localhost${path}`).pathname !== path) {
      throw wrong(`paths.${name} must be a path as /api/${name} is, without { } : *`);
    }
  }
  const paths = { ...PATHS, ...Object.fromEntries(own) };
  if (new Set(Object.values(paths)).size < 3) throw wrong('paths must be three that differ');
  return paths;
}

/** As the core takes them; in milliseconds. */
function checkLease(given, isSwept) {
  const { hold, term, ...others } = given ?? {};
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw wrong(`there is no option lease.${unknown}`);
  begin();
  const fault = leaseFault(numberOf(hold), numberOf(term), isSwept);
  if (fault) throw wrong(fault);
}

/** What is there and no number is a wrong one. */
function numberOf(value) {
  return value === undefined || typeof value === 'number' ? value : NaN;
}

/** As browsers write them. */
function originsOf(given) {
  const origins = [given ?? []].flat();
  for (const origin of origins) {
    const isOrigin = typeof origin === 'string' && URL.canParse(origin);
    if (!isOrigin || new URL(origin).origin !== origin) {
      throw wrong('origins must be as browsers write them: https://app.example');
    }
  }
  return origins;
}

/** Whether it is `stateless()`. */
export function isStateless(store) {
  return store?.settings?.kind === 'stateless';
}

/** What rests on a record is refused where there is none. */
function checkStateless({ handles = 'sealed', ...others }) {
  if (handles !== 'sealed') throw wrong("handles must be 'sealed' where nothing is kept");
  for (const name of ['lease', 'requireLease', 'revocationsPerSecond', 'background']) {
    if (others[name]) throw wrong(`${name} needs a store that keeps a record, and stateless() is none`);
  }
}

function checkKeys({ keys, store }) {
  if (keys !== undefined || !store || store.settings?.kind === 'memory') return;
  throw wrong("keys is missing; make one with: openssl rand -base64 32 | tr '+/' '-_'");
}

/** Over memory, what is sealed ends with the process, and so may the key. It is made when it is
 * needed: at the edge there is no randomness before the first request. */
export function withKeys(settings) {
  return { ...settings, keys: settings.keys ?? randomKey() };
}

function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function wrong(why) {
  return new TypeError(`downscope-backend: ${why}`);
}
