// @ts-check

/** @typedef {import('./index.js').TokenClient} TokenClient */

/** @type {Map<string, TokenClient[]>} Those that were open at the last look, by endpoint. */
const clients = new Map();

/**
 * Tells the console of a second client for an endpoint. Hot reloading makes them, and so does a
 * component that makes its own: each keeps tokens of its own alive.
 *
 * @param {Promise<TokenClient>} creating
 * @param {import('./index.js').TokenClientOptions} options
 */
export const watched = async (creating, options) => {
  const client = await creating;
  // Of a function in its place, nothing says whether it is the same backend's.
  if (options.tokenEndpoint) watch(client, String(options.tokenEndpoint));
  return client;
};

/**
 * @param {TokenClient} client
 * @param {string} endpoint
 */
const watch = (client, endpoint) => {
  const open = [...(clients.get(endpoint) ?? []), client].filter((one) => !one.closed);
  clients.set(endpoint, open);
  if (open.length > 1) {
    console.warn(
      `downscope: second_client: ${open.length} clients for ${endpoint} are open in this page, and each keeps tokens of its own. Make one, in a module by itself that closes it when hot reloading runs that module again.`,
    );
  }
};
