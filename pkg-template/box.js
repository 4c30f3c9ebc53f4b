// @ts-check

/** @type {typeof import('./box.js').boxScopes} */
export const boxScopes = {
  explorer: ['base_explorer'],
  openWith: ['item_execute_integration'],
  picker: ['base_picker'],
  preview: ['base_preview'],
  sidebar: ['base_sidebar'],
  uploader: ['base_upload'],
};

/** @type {typeof import('./box.js').boxTokens} */
export const boxTokens = (
  client,
  { scopes, folder, resourceFor, apiHost = 'https://api.box.com', minTtl = 1_800_000 },
) => {
  /** @type {Map<string, import('./index.js').Grant>} Whose a token is: a request of a widget says nothing else. */
  const owners = new Map();

  /** How often the app has ended what a grant had. @type {WeakMap<import('./index.js').Grant, number>} */
  const ends = new WeakMap();

  // Nothing is kept of what was revoked; and a viewer that is still open after a sign-out must
  // not get what the next user may. What expires is an older one: the token of now is good.
  /** @param {import('./index.js').Grant} grant */
  const watch = (grant) => {
    if (ends.has(grant)) return;
    ends.set(grant, 0);
    grant.addEventListener('revoked', ({ detail: { reason } }) => {
      if (/explicit|logout/.test(reason)) ends.set(grant, Number(ends.get(grant)) + 1);
      if (reason !== 'expired') owners.forEach((one, token) => one === grant && owners.delete(token));
    });
  };

  /** @param {string} id */
  const grantFor = async (id) => {
    const [, type = 'file', number = id] = /^(.+)_(.+)$/.exec(id) ?? [];
    const path = folder ? `folders/${folder}` : `${type}s/${number}`;
    const found = /** @type {any} */ (resourceFor?.(id) ?? new URL(`/2.0/${path}`, apiHost));
    const { resource = found, scopes: own = scopes } = found;
    const grant = (await client).grant({ resource, scopes: own });
    watch(grant);
    return grant;
  };

  /**
   * @param {import('./index.js').Grant} grant
   * @param {import('./index.js').TokenOptions} [options]
   */
  const take = async (grant, options) => {
    const token = await grant.token(options);
    // As the last: the first gives way.
    owners.delete(token);
    owners.set(token, grant);
    if (owners.size > 1000) owners.delete(/** @type {string} */ (owners.keys().next().value));
    return token;
  };

  /** @param {string} id */
  const one = async (id) => {
    const grant = await grantFor(id);
    try {
      return await take(grant, { minTtl });
    } catch (error) {
      // What is good for less is better than none, but once the app has ended it nobody asks.
      if (/** @type {any} */ (error)?.code !== 'revoked' && grant.peek()) return take(grant);
      throw error;
    }
  };

  /** @param {any} ids */
  const token = async (ids) => {
    if (!Array.isArray(ids)) return one(ids);
    // A viewer waits for ever for a list that rejects; one that lacks some it asks for again.
    const outcomes = await Promise.allSettled(ids.map(one));
    return Object.fromEntries(
      outcomes.flatMap((outcome, place) => ('value' in outcome ? [[ids[place], outcome.value]] : [])),
    );
  };

  /**
   * The rule of `Grant.fetch`, for what sends by itself.
   *
   * @param {import('./index.js').Grant} grant
   * @param {(config: any) => Promise<any>} adapter
   * @param {any} config
   */
  const send = async (grant, adapter, config) => {
    let answer;
    let refused;
    for (;;) {
      const token = await take(grant);
      if (token === refused) return answer;
      config.headers.Authorization = `Bearer ${token}`;
      const before = ends.get(grant);
      answer = adapter(config);
      const response = await answer.catch((/** @type {any} */ error) => error?.response);
      // What the app has revoked meanwhile, by a sign-out for example, is not to be replaced.
      if (!refusesToken(response) || before !== ends.get(grant)) return answer;
      grant.reject(token);
      if (refused) return answer;
      refused = token;
    }
  };

  /** @param {any} config */
  const requestInterceptor = async (config) => {
    const { adapter } = config;
    const grant = owners.get(tokenIn(config));
    if (!grant) return config;
    if (typeof adapter === 'function') {
      config.adapter = (/** @type {any} */ sent) => {
        // Who sends it again, for another reason, comes by here again.
        sent.adapter = adapter;
        return send(grant, adapter, sent);
      };
    } else {
      config.headers.Authorization = `Bearer ${await take(grant)}`;
    }
    return config;
  };

  /** @param {any} answer */
  const responseInterceptor = (answer) => {
    if (refusesToken(answer?.response)) {
      const token = tokenIn(answer.config);
      owners.get(token)?.reject(token);
    }
    return answer;
  };

  /** @param {string} id */
  const authentication = (id) => {
    /** @type {string | undefined} The last one that went out. */
    let sent;
    /** @type {number | undefined} */
    let before;
    // For one request, which needs no half hour.
    const retrieveToken = async () => ({ accessToken: await take(await grantFor(id)) });
    return {
      retrieveToken,
      retrieveAuthorizationHeader: async () => {
        const grant = await grantFor(id);
        sent = await take(grant);
        before = ends.get(grant);
        return `Bearer ${sent}`;
      },
      // The SDK does not say which token was refused. It was no later one than that:
      // where the grant has got another since, this changes nothing.
      refreshToken: async () => {
        const grant = await grantFor(id);
        if (sent && before !== ends.get(grant)) throw new TypeError('The app has revoked the token.');
        if (sent) grant.reject(sent);
        return retrieveToken();
      },
      revokeToken: async () => {
        await (await grantFor(id)).revoke();
        return undefined;
      },
      downscopeToken: async () => {
        throw new TypeError('Tokens are downscoped by the backend: ask for another grant.');
      },
    };
  };

  return Object.freeze({
    token,
    requestInterceptor,
    responseInterceptor,
    authentication,
    follow: (/** @type {any} */ preview) => preview.updateToken(token, false),
  });
};

/**
 * The same as for `Grant.fetch`, by what axios has of the answer.
 *
 * @param {any} response
 */
const refusesToken = (response) => {
  if (response?.status !== 401) return false;
  const { config, headers, request } = response;
  if (/insufficient_scope/.test(headers?.['www-authenticate'])) return false;
  // A redirect to another origin has lost the token on its way.
  const from = request?.responseURL;
  return !from || new URL(from).origin === new URL(config.url, from).origin;
};

/** @param {any} config */
const tokenIn = ({ headers }) => `${headers?.Authorization}`.slice(7);
