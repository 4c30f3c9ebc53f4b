// A client that is given each token, as `downscope/adapters` does it.

import { follow } from '/pkg/adapters.js';

/** Follows a grant until `following.stop()`; `pushed` are the tokens so far. */
globalThis.followGrant = (grant) => {
  const controller = new AbortController();
  const pushed = [];
  const over = follow(grant, (token) => pushed.push(token), { signal: controller.signal });
  return { pushed, over, stop: () => controller.abort() };
};
