// A small WebDriver client: a driver process and its one browser, and the
// commands that the tests give it. For the engines that playwright does not
// drive as people use them, and for tests that want the browser's process.

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { freePort } from '../../support/free-port.mjs';

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** How long a driver or a browser may take to start, on a busy machine. */
const START = 60_000;

/** How long one command may take; longer than any script of the tests. */
const COMMAND = 120_000;

const ENGINES = {
  chromium: {
    driver: () => process.env.CHROMEDRIVER ?? '/usr/bin/chromedriver',
    flags: (port) => [`--port=${port}`],
    capabilities: ({ headed, args }) => ({
      browserName: 'chrome',
      'goog:chromeOptions': {
        binary: process.env.CHROME_BIN ?? '/usr/bin/chromium',
        args: [
          ...(headed ? [] : ['--headless']),
          '--no-sandbox',
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
          ...args,
        ],
      },
    }),
  },
  firefox: {
    driver: () => process.env.GECKODRIVER ?? 'geckodriver',
    // Its default for BiDi is a fixed port, which a second driver cannot have.
    flags: (port) => ['--port', String(port), '--websocket-port', '0'],
    capabilities: ({ headed, args, prefs }) => ({
      browserName: 'firefox',
      'moz:firefoxOptions': {
        binary: process.env.FIREFOX_BIN ?? '/usr/bin/firefox-esr',
        args: [...(headed ? [] : ['-headless']), ...args],
        prefs,
      },
    }),
  },
  webkit: {
    driver: () => process.env.WEBKIT_DRIVER ?? '/usr/bin/WebKitWebDriver',
    flags: (port) => [`--port=${port}`],
    environment: {
      GDK_BACKEND: 'x11',
      LIBGL_ALWAYS_SOFTWARE: '1',
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    },
    // There is no headless WebKitGTK: it shows its window on DISPLAY.
    capabilities: ({ args }) => ({
      browserName: 'MiniBrowser',
      'webkitgtk:browserOptions': {
        binary:
          process.env.WEBKIT_BROWSER ?? '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
        args: ['--automation', ...args],
      },
    }),
  },
};

/**
 * A new browser with a fresh profile, in a driver of its own. `engine` is
 * `chromium`, `firefox` or `webkit`; `args` are further arguments of the
 * browser, `prefs` preferences of Firefox.
 */
export async function openSession(engine, given) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startSession(engine, given);
    } catch (error) {
      // Somebody else has taken the port that was free just now.
      if (tries === 3 || !error.message.includes('Address already in use')) throw error;
    }
  }
}

async function startSession(
  engine,
  { headed = false, args = [], prefs = {}, acceptInsecureCerts = false } = {},
) {
  const { driver, flags, capabilities, environment = {} } = ENGINES[engine];
  // Driver and browser put their profiles there, and it goes when they go.
  const scratch = await mkdtemp(join(tmpdir(), 'downscope-'));
  const places = { TMPDIR: scratch, XDG_CACHE_HOME: scratch, XDG_DATA_HOME: scratch };
  const port = await freePort();
  const child = spawn(driver(), flags(port), {
    env: { ...process.env, ...environment, ...places },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = [];
  child.stderr.on('data', (chunk) => said.push(chunk));
  const failed = new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      const last = Buffer.concat(said).toString().slice(-500);
      reject(new Error(`the ${engine} driver ended (${code ?? signal}): ${last}`));
    });
  });
  // Heard of by whoever waits for the session, and of no interest afterwards.
  failed.catch(() => {});
  const base = `http://127.0.0.1:${port}`;
  try {
    await Promise.race([isReady(base), failed]);
    const alwaysMatch = { ...capabilities({ headed, args, prefs }), acceptInsecureCerts };
    const opening = command(base, 'POST', '/session', { capabilities: { alwaysMatch } }, START);
    const { sessionId, capabilities: granted } = await Promise.race([opening, failed]);
    const browserPid = granted['moz:processID'] ?? (await childrenOf(child.pid))[0];
    const session = new Session(`${base}/session/${sessionId}`, {
      engine,
      browserPid,
      driverPid: child.pid,
      end: () => end(child, scratch),
    });
    // WebKit's driver limits a script by a timer among the page's own, where it
    // would count: no limit, then, but that of the command.
    const script = engine === 'webkit' ? null : COMMAND;
    await session.setTimeouts({ script, pageLoad: COMMAND, implicit: 0 });
    return session;
  } catch (error) {
    await end(child, scratch);
    throw error;
  }
}

/** What a driver answers when it cannot do what it was told; `code` is WebDriver's. */
export class WebDriverError extends Error {
  name = 'WebDriverError';

  constructor({ error, message }) {
    super(`${error}: ${message}`);
    this.code = error;
  }
}

/** One browser. Commands go to the window and frame that was switched to last. */
export class Session {
  #address;
  #end;

  constructor(address, { engine, browserPid, driverPid, end }) {
    this.#address = address;
    this.#end = end;
    this.engine = engine;
    this.browserPid = browserPid;
    this.driverPid = driverPid;
  }

  goto = (url) => this.#post('/url', { url });
  url = () => this.#get('/url');
  title = () => this.#get('/title');
  back = () => this.#post('/back');
  forward = () => this.#post('/forward');
  refresh = () => this.#post('/refresh');

  handle = () => this.#get('/window');
  handles = () => this.#get('/window/handles');
  switchTo = (handle) => this.#post('/window', { handle });
  /** A new `tab` or `window`, not switched to; gives its handle. */
  open = async (type = 'tab') => (await this.#post('/window/new', { type })).handle;
  /** Closes the window; gives the handles of those that are left. */
  closeWindow = () => this.#delete('/window');
  minimize = () => this.#post('/window/minimize');
  maximize = () => this.#post('/window/maximize');
  /** Moves or resizes the window; brings back one that was minimized. */
  setRect = (rect) => this.#post('/window/rect', rect);

  /** Into a frame by its number or element, or out of all with `null`. */
  frame = (id) => this.#post('/frame', { id });
  parentFrame = () => this.#post('/frame/parent');

  /** The first element that a selector finds, for other commands. */
  find = (css) => this.#post('/element', { using: 'css selector', value: css });
  click = (element) => this.#post(`/element/${element[ELEMENT]}/click`);
  text = (element) => this.#get(`/element/${element[ELEMENT]}/text`);
  attribute = (element, name) => this.#get(`/element/${element[ELEMENT]}/attribute/${name}`);

  cookies = () => this.#get('/cookie');
  setTimeouts = (timeouts) => this.#post('/timeouts', timeouts);

  /** Runs the text of a function body; Firefox does so in a sandbox around the page. */
  execute = (script, ...args) => this.#post('/execute/sync', { script, args });
  /** The same, until the body calls its last argument. */
  executeAsync = (script, ...args) => this.#post('/execute/async', { script, args });

  /**
   * Runs a function, async or not, among the page's own globals, with one
   * argument; gives what it returns, `undefined` included, or throws.
   */
  async evaluate(run, argument) {
    const answer = await this.executeAsync(IN_PAGE, String(run), encode(argument));
    const { value, error } = decode(answer);
    if (!error) return value;
    const { name, message, stack } = error;
    throw Object.assign(new Error(message), { name, stack: `${name}: ${message}\n${stack}` });
  }

  /** Installs the add-on of a directory, in Firefox, until the browser ends. */
  addAddon = (path) => this.#post('/moz/addon/install', { path, temporary: true });

  /** Ends the session, the driver and every process that the browser still has. */
  async quit() {
    await command(this.#address, 'DELETE', '', undefined, 10_000).catch(() => {});
    await this.#end();
  }

  /** Ends the browser's main process with a signal, as the system would. */
  kill(signal = 'SIGKILL') {
    process.kill(this.browserPid, signal);
  }

  #get = (path) => command(this.#address, 'GET', path);
  #post = (path, body = {}) => command(this.#address, 'POST', path, body);
  #delete = (path) => command(this.#address, 'DELETE', path);
}

/** Text of a JSON that keeps `undefined` and the numbers that JSON has no words for. */
const encode = (value) => JSON.stringify(marked(value)) ?? 'null';
const decode = (text) => unmarked(JSON.parse(text));

function marked(value) {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) {
    return { $: String(value) };
  }
  if (Array.isArray(value)) return value.map(marked);
  if (Object(value) !== value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, marked(one)]));
}

function unmarked(value) {
  if (Object(value) !== value) return value;
  if (Array.isArray(value)) return value.map(unmarked);
  if ('$' in value) return value.$ === 'undefined' ? undefined : Number(value.$);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, unmarked(one)]));
}

/**
 * The page's own `eval`, which sees the page's globals where the script of a
 * driver does not. What crosses is text, so that no engine has a say in it.
 */
const IN_PAGE = `
  const [source, argument, done] = arguments;
  const run = window.eval(\`(source, argument, done) => {
    ${marked}
    ${unmarked}
    const { parse, stringify } = JSON;
    const failed = (error) => {
      const { name = 'Error', message = String(error), stack = '' } = Object(error);
      done(stringify({ error: { name: String(name), message: String(message), stack: String(stack) } }));
    };
    new Promise((resolve) => resolve((0, eval)('(' + source + ')')(unmarked(parse(argument)))))
      .then((value) => done(stringify(marked({ value }))))
      .catch(failed);
  }\`);
  run(source, argument, done);
`;

async function command(base, method, path, body, within = COMMAND) {
  const response = await fetch(base + path, {
    method,
    body: body && JSON.stringify(body),
    headers: body && { 'content-type': 'application/json' },
    signal: AbortSignal.timeout(within),
  });
  const { value } = await response.json();
  if (!response.ok) throw new WebDriverError(value);
  return value;
}

async function isReady(base) {
  const deadline = performance.now() + START;
  for (;;) {
    const status = await command(base, 'GET', '/status').catch(() => undefined);
    if (status?.ready) return;
    if (performance.now() > deadline) throw new Error(`no driver at ${base}`);
    await sleep(50);
  }
}

async function end(child, scratch) {
  // Asked before the driver ends: nobody knows whose they were afterwards.
  const family = await descendantsOf(child.pid);
  if (child.exitCode === null && child.signalCode === null && child.pid) {
    child.kill();
    await once(child, 'exit');
  }
  for (const pid of family) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It went by itself.
    }
  }
  await rm(scratch, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

async function descendantsOf(pid) {
  const found = [];
  for (const child of await childrenOf(pid)) found.push(child, ...(await descendantsOf(child)));
  return found;
}

/** Processes that another one started, the oldest first. */
async function childrenOf(parent) {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  const pairs = stdout.trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.filter(([, ppid]) => ppid === parent).map(([pid]) => pid).sort((a, b) => a - b);
}
