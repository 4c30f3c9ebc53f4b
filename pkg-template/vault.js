// @ts-check
import { errorNamed } from './errors.js';
import { platform } from './platform.js';
import { CONNECT, RemoteClient } from './remote.js';

export { isTokenError, TokenError } from './errors.js';
export { TokenEvent } from './events.js';

/** @type {typeof import('./vault.js').createTokenClient} */
export const createTokenClient = async (address) => {
  const { introduce, listen } = platform();
  const url = new URL(address, location.href);
  if (url.origin === location.origin) {
    throw errorNamed('invalid_options', '`address` (a page on an origin of its own: this one keeps no script out)');
  }
  /** @type {HTMLIFrameElement | undefined} */
  let frame;
  const end = () => {
    frame?.remove();
    frame = undefined;
  };
  const client = new RemoteClient({
    open(port, failed) {
      let isIntroduced = false;
      const made = document.createElement('iframe');
      frame = made;
      made.hidden = true;
      made.src = url.href;
      // Its script has run by then, unless nothing of it came.
      listen(made, 'load', () => {
        if (isIntroduced) {
          // Whoever led the frame elsewhere has ended its tokens.
          failed();
          end();
          client.lost();
        } else if (made.contentWindow) {
          isIntroduced = true;
          introduce(made.contentWindow, CONNECT, port, url.origin);
        }
      });
      (document.body ?? document.documentElement).append(made);
    },
    isThere: () => frame?.isConnected === true,
    end,
    heard: () => false,
  });
  await client.connected();
  return /** @type {any} */ (client);
};
