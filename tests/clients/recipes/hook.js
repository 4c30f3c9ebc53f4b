import { follow } from 'downscope/adapters';

/** @param {import('downscope').Grant} grant @param {AbortSignal} signal */
export const mapboxOptions = (grant, signal) => {
  const { origin } = new URL(grant.resource ?? '');
  // Has a token at hand for as long as the map is there.
  follow(grant, () => {}, { signal }).catch(console.error);
  return {
    /** @param {string} url */
    transformRequest: (url) =>
      new URL(url).origin === origin
        ? { url, headers: { Authorization: `Bearer ${grant.peek()}` } }
        : { url },
  };
};
