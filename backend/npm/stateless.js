// A backend that keeps nothing, for workers at the edge.

import { withoutStore } from './core.js';

/** No store: each revoke carries out at once what the sealed handles in it say, or says 503. */
export function stateless() {
  return { settings: { kind: 'stateless' } };
}

/** What `starterOf` gives, where each request has a core of its own: at the edge none may wait
 * for what another one has begun. */
export function freshOf(settings, hooks) {
  let parts;
  return {
    async started() {
      parts ??= withoutStore(settings(), hooks);
      return parts.fresh();
    },
    async last() {
      return undefined;
    },
    ended: (backend) => backend.free(),
  };
}
