// Box as the authorization server, through the app's client of box-node-sdk 10.

import { begin, refusesTheSubject } from './core.js';
import { logFailure } from './log.js';
import { NoAnswer } from './upstream.js';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
/** The SDK asks again by itself, up to five times. Asked again, Box may mint a second token that
 * nobody has; whether and when to revoke again, the backend decides. */
const NEVER = { shouldRetry: async () => false, retryAfter: () => 0 };

/**
 * `exchange` and `revoke` for `createBackend`. The subject token is what `authenticate` gave as
 * `subject`, or the one of the client itself, which is refreshed when Box refuses it: by one
 * request of this process at a time, and of one process where there is a `lock`.
 */
export function box(client, { clientId, clientSecret, lock = (work) => work() } = {}) {
  const networkSession = client.networkSession.withRetryStrategy(NEVER);
  const { constructor: Manager } = client.authorization;
  const manager = new Manager({ networkSession });
  const own = subjectOf(client.auth, networkSession, lock);

  const ask = (subjectToken, { resource, scope }, signal) =>
    answered(async () => {
      // Whoever has waited too long for a lock, say, is answered already.
      signal?.throwIfAborted();
      const token = await manager.requestAccessToken({
        grantType: EXCHANGE,
        subjectToken,
        subjectTokenType: ACCESS_TOKEN,
        resource,
        scope,
      });
      return {
        access_token: token.accessToken,
        expires_in: token.expiresIn,
        restricted_to: token.restrictedTo?.map(({ scope: one, object }) => ({
          scope: one,
          object: { type: object?.type, id: object?.id },
        })),
      };
    });

  return {
    async exchange(wanted, { signal } = {}) {
      if (typeof wanted.subject === 'string') return ask(wanted.subject, wanted, signal);
      const token = await own(signal);
      const answer = await ask(token, wanted, signal);
      // It can die before its time, and the SDK does not look at its age.
      return isRefused(answer) ? ask(await own(signal, token), wanted, signal) : answer;
    },
    revoke: (token, { signal } = {}) =>
      answered(async () => {
        signal?.throwIfAborted();
        return manager.revokeAccessToken({ clientId, clientSecret, token });
      }),
  };
}

/** Gives the client's own token; another one than the one that was `refused`. */
function subjectOf(auth, networkSession, lock) {
  let refreshing;
  async function own(signal, refused) {
    signal?.throwIfAborted();
    const token = await auth.retrieveToken(networkSession);
    if (token?.accessToken !== refused) return token?.accessToken;
    // Those who meet the same refusal share one refresh.
    refreshing ??= lock(async () => {
      // Another process may have refreshed it while this one waited.
      const stored = await auth.tokenStorage?.get();
      if (stored?.accessToken && stored.accessToken !== refused) return stored.accessToken;
      signal?.throwIfAborted();
      return (await auth.refreshToken(networkSession)).accessToken;
    }).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }
  return async (signal, refused) => {
    try {
      return await own(signal, refused);
    } catch (error) {
      logFailure("the client's own token at Box", { name: error?.name });
      // Without it nothing was asked that could have minted.
      throw new NoAnswer('unavailable');
    }
  };
}

/** As the core reads it. */
function isRefused({ status, body }) {
  if (status === 200) return false;
  begin();
  return refusesTheSubject(status, typeof body === 'string' ? body : JSON.stringify(body ?? {}));
}

/** What Box has said, also where the SDK makes an error of it. */
async function answered(ask) {
  try {
    return { status: 200, body: (await ask()) ?? {} };
  } catch (error) {
    const { statusCode: status, headers, body } = error?.responseInfo ?? {};
    // No answer came: what that means is told by its cause.
    if (!status) throw error.error ?? error;
    return { status, retryAfter: headers?.['retry-after'], date: headers?.date, body: body ?? {} };
  }
}
