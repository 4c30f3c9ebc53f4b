// An authorization server that knows what is alive. Each call to it waits until a test says what
// becomes of it.

/** What can become of an exchange: whether it mints, and what is heard of it. */
const EXCHANGES = {
  works: { mints: true, answer: (minted) => minted },
  refuses: { mints: false, answer: () => failure(400, 'invalid_target') },
  'is away': { mints: false, answer: () => unreachable() },
  'is down': { mints: false, answer: () => failure(503, 'temporarily_unavailable') },
  'loses its answer': { mints: true, answer: () => broken() },
  'answers in HTML': { mints: true, answer: () => ({ status: 502, body: '<html>Bad gateway</html>' }) },
};
/** What can become of a revoke: whether it ends the token, and what is heard of it. */
const REVOKES = {
  works: { ends: true, answer: () => ({ status: 200, body: '' }) },
  'is away': { ends: false, answer: () => unreachable() },
  'is down': { ends: false, answer: () => ({ status: 503, body: '' }) },
  'has had enough': { ends: false, answer: () => ({ status: 429, retryAfter: 1, body: '' }) },
  'refuses the backend': { ends: false, answer: () => failure(401, 'invalid_client') },
  'knows no such token, says a gateway': { ends: false, answer: () => failure(502, 'invalid_token') },
  'loses its answer': { ends: true, answer: () => broken() },
};

/** `now` is its clock. `lies`: it says that a token is dead and lets it live. */
export function authorityOf({ now, lies = false }) {
  const alive = new Map();
  let waiting = [];
  let last = 0;
  const fates = {
    exchange({ resource, since }, fate) {
      const { mints, answer } = EXCHANGES[fate];
      const minted = { access_token: `FAKE-model-${(last += 1)}`, expires_in: 3_600 };
      if (mints) alive.set(minted.access_token, { resource, since });
      return () => answer(minted);
    },
    revoke({ token }, fate) {
      const { ends, answer } = REVOKES[fate];
      if (ends && !lies) alive.delete(token);
      return answer;
    },
  };
  return {
    /** What each living token is for, and since when it was asked for. */
    alive,
    waiting: () => waiting,
    /** The functions for one instance, which `isDead` once it has crashed. */
    of(instance, heard) {
      const call = (kind, what) =>
        new Promise((resolve, reject) => {
          heard(kind, what);
          if (!instance.isDead) waiting.push({ kind, what, instance, resolve, reject });
        });
      return {
        exchange: ({ resource }) => call('exchange', { resource, since: now() }),
        revoke: (token) => call('revoke', { token }),
      };
    },
    /** Decides what becomes of a call. Whoever has crashed does not hear of it. */
    decide(call, fate) {
      waiting = waiting.filter((one) => one !== call);
      const answer = fates[call.kind](call.what, fate);
      if (call.instance.isDead) return;
      try {
        call.resolve(answer());
      } catch (error) {
        call.reject(error);
      }
    },
    fatesOf: ({ kind }) => Object.keys(kind === 'exchange' ? EXCHANGES : REVOKES),
  };
}

function failure(status, error) {
  return { status, body: { error } };
}

function unreachable() {
  throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
}

function broken() {
  throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'UND_ERR_SOCKET' } });
}
