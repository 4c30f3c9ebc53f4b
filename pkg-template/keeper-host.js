// @ts-check
// Where a keeper runs: a dedicated worker of the page, or a frame of another origin.
import { errorNamed } from './errors.js';
import { Watch } from './keeper-watch.js';

/** @typedef {(...message: unknown[]) => void} Tell Tells the page. */

/**
 * @typedef {object} Host
 * @property {string} kind
 * @property {() => void} [check] Throws where tokens would outlive the page.
 * @property {(connect: (port: MessagePort) => void, refuse: (reason: string) => void) => void} listen
 * @property {Watch} [watch] Has the page know what to name in its last request.
 */

/** What a page says first, with a port. */
export const CONNECT = 'downscope connect';

/**
 * @param {import('./keeper.js').KeeperOptions} options
 * @returns {Host}
 */
export const hostOf = (options) => {
  const { document: page, parent } = /** @type {any} */ (globalThis);
  if (!page) return workerHost(options);
  const { pageOrigin } = options;
  if (!isOrigin(pageOrigin) || pageOrigin === location.origin) throw errorNamed('invalid_options', "`pageOrigin` (that of the app's page, which is another one)");
  // On top, or in a page of its own: nobody is to be served.
  if (parent === globalThis) throw errorNamed('invalid_options', "`serveKeeper` (in a frame of the app's page)");
  return {
    kind: 'vault',
    listen: (connect, refuse) =>
      addEventListener('message', ({ data, origin, source, ports }) => {
        if (origin !== pageOrigin || source !== parent) refuse('sender');
        else if (data !== CONNECT || !ports[0]) refuse('message');
        else connect(ports[0]);
      }),
  };
};

/** @param {unknown} value */
const isOrigin = (value) => {
  try {
    return new URL(/** @type {string} */ (value)).origin === value;
  } catch {
    return false;
  }
};

/**
 * @param {import('./keeper.js').KeeperOptions} options
 * @returns {Host}
 */
const workerHost = (options) => {
  const watch = new Watch(options);
  return {
    kind: 'worker',
    watch,
    check() {
      // A worker cannot say at its end what is to die.
      if (options.revokeEndpoint || options.leaseEndpoint) return;
      throw errorNamed('invalid_options', '`revokeEndpoint` (or `leaseEndpoint`: a worker ends without a word)');
    },
    listen: (connect, refuse) =>
      addEventListener('message', ({ data, ports }) => {
        if (data !== CONNECT || !ports[0]) refuse('message');
        else connect(ports[0]);
      }),
  };
};
