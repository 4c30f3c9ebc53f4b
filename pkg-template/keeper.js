// @ts-check
import { errorNamed } from './errors.js';
import { TokenEvent } from './events.js';
import { createTokenClient } from './index.js';
import { Desk } from './keeper-desk.js';
import { hostOf } from './keeper-host.js';
import { startPolicy } from './keeper-policy.js';
import { absolute } from './keeper-watch.js';

export { isTokenError, TokenError } from './errors.js';
export { TokenEvent } from './events.js';

/** @type {Keeper | undefined} One in a worker or frame, for its life. */
let keeper;

/** @type {typeof import('./keeper.js').serveKeeper} */
export const serveKeeper = (options) => {
  if (keeper) {
    keeper.refuse('configuration');
    throw errorNamed('invalid_options', '`serveKeeper` (once: policy is given in one place)');
  }
  keeper = new Keeper(options);
  return /** @type {any} */ (keeper);
};

class Keeper extends EventTarget {
  /** @type {Map<string, number>} How often each rule was in the way. */
  #refused = new Map();
  /** @type {Desk | undefined} */
  #desk;
  #ready;

  /** @param {import('./keeper.js').KeeperOptions} options */
  constructor(options) {
    super();
    const host = hostOf(options);
    this.#ready = start(host, options);
    // Whoever connects is told; what is wrong with the file is for its author to see.
    this.#ready.catch(({ message }) => console.error(`downscope: keeper: ${message}`));
    // At once: what comes before anybody listens is lost.
    host.listen(
      (port) => this.#connect(host, port),
      (reason) => this.refuse(reason),
    );
  }

  get ready() {
    return this.#ready.then(() => {});
  }

  /** @param {string} reason */
  refuse(reason) {
    const count = (this.#refused.get(reason) ?? 0) + 1;
    this.#refused.set(reason, count);
    // Of a flood, the powers of two: it is not to become one of events.
    if (count & (count - 1)) return;
    this.dispatchEvent(new TokenEvent('refused', { reason, count }));
    this.#desk?.tell('refused', reason, count);
  }

  /**
   * @param {import('./keeper-host.js').Host} host
   * @param {MessagePort} port
   */
  #connect(host, port) {
    if (this.#desk) {
      port.close();
      this.refuse('connection');
      return;
    }
    this.#desk = new Desk(port, host, (reason) => this.refuse(reason));
    this.#desk.open(this.#ready);
  }
}

/**
 * @param {import('./keeper-host.js').Host} host
 * @param {import('./keeper.js').KeeperOptions} options
 */
const start = async (host, { grants, limits, pageOrigin, ...options }) => {
  host.check?.();
  for (const name of ['getToken', 'allowedOrigins']) {
    if (name in options) throw errorNamed('invalid_options', `\`${name}\` (not in a keeper: see \`grants\`)`);
  }
  const { tokenEndpoint, revokeEndpoint, leaseEndpoint } = options;
  const endpoints = [tokenEndpoint, revokeEndpoint, leaseEndpoint].flatMap((one) => (one ? [absolute(one)] : []));
  const policy = await startPolicy(grants, limits, endpoints);
  const client = await createTokenClient({ ...options, allowedOrigins: policy.origins });
  return { client, policy };
};
