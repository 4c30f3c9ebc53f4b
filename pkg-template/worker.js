// @ts-check
import { LastRequest } from './last-request.js';
import { platform } from './platform.js';
import { CONNECT, RemoteClient } from './remote.js';

export { isTokenError, TokenError } from './errors.js';
export { TokenEvent } from './events.js';

/** @type {typeof import('./worker.js').createTokenClient} */
export const createTokenClient = async (makeWorker) => {
  const { introduce, listen, terminate } = platform();
  /** @type {Worker | undefined} */
  let worker;
  /** @param {boolean} isDone Nothing is left to say. */
  const end = (isDone) => {
    if (worker) terminate(worker);
    worker = undefined;
    if (isDone) last.forget();
  };
  const last = new LastRequest(() => {
    // With whatever it holds: a page that comes back begins empty.
    end(true);
    client.lost();
  });
  const client = new RemoteClient({
    open(port, failed) {
      worker = makeWorker();
      // A file that is not there, or that a policy forbids.
      listen(worker, 'error', () => failed());
      introduce(worker, CONNECT, port);
    },
    isThere: () => worker !== undefined,
    end,
    heard(message) {
      const type = message[0];
      if (type === 'ready') last.to(message[2], message[3]);
      else if (type === 'session') last.begin(message[1]);
      else if (type === 'handle') last.add(message[1]);
      return type === 'session' || type === 'handle';
    },
  });
  await client.connected();
  return /** @type {any} */ (client);
};
