// @ts-check

/** @type {typeof import('./adapters.js').withExpiry} */
export const withExpiry = async (grant, options) => {
  const token = await grant.token(options);
  const now = Date.now();
  const { expiresAt = now, refreshAt = expiresAt } = grant.state;
  return { token, expiresAt, refreshAt, expiresIn: (expiresAt - now) / 1000 };
};

/** @type {typeof import('./adapters.js').tokenCredential} */
export const tokenCredential = (grant) => ({
  async getToken(_scopes, { abortSignal: signal, claims } = {}) {
    // With claims the resource has refused the last one.
    const { token, expiresAt, refreshAt } = await withExpiry(grant, { signal, forceRefresh: !!claims });
    return { token, expiresOnTimestamp: expiresAt, refreshAfterTimestamp: refreshAt };
  },
});

/** @type {typeof import('./adapters.js').follow} */
export const follow = (grant, push, { signal } = {}) =>
  new Promise((resolve, reject) => {
    const types = /** @type {const} */ (['error', 'refreshed', 'expired', 'revoked']);
    let isOver = false;
    /** @type {string | undefined} */
    let pushed;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;

    /** @param {() => void} settle */
    const end = (settle) => {
      isOver = true;
      clearTimeout(timer);
      // By hand: in tests a signal may be of another kind than the DOM.
      for (const type of types) grant.removeEventListener(type, listener);
      signal?.removeEventListener('abort', stop);
      settle();
    };

    const stop = () => end(resolve);

    const take = async () => {
      let token;
      try {
        token = await grant.token(signal && { signal });
      } catch (error) {
        pushed = undefined;
        // The event says why, and whether that is the end of it.
        if (/** @type {any} */ (error)?.code === 'revoked') return;
        const { code, retryable, retryAfter = 1000 } = /** @type {any} */ (error ?? {});
        clearTimeout(timer);
        if (/aborted|closed/.test(code)) stop();
        else if (!retryable) end(() => reject(error));
        else if (!isOver) timer = setTimeout(take, retryAfter);
        return;
      }
      if (token === pushed || isOver) return;
      pushed = token;
      try {
        await push(token);
      } catch (error) {
        // Whatever it is: it says nothing about the token.
        end(() => reject(error));
      }
    };

    // Whoever asks for the token keeps it fresh. One that was taken away is asked for
    // again, unless the app itself wanted it gone; and so is one that the resource refused
    // and nobody could replace.
    const listener = (/** @type {import('./index.js').TokenEvent} */ { detail }) =>
      'reason' in detail && /explicit|logout/.test(detail.reason) ? stop() : take();
    for (const type of types) grant.addEventListener(type, listener);
    signal?.addEventListener('abort', stop);
    take();
  });
