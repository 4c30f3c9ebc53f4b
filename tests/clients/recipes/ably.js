import { Rest } from 'ably';

/** @param {import('downscope').Grant} grant @param {import('ably').ClientOptions} options */
export const ablyWith = (grant, options = {}) =>
  new Rest({
    ...options,
    authCallback: (_, done) =>
      grant.token().then((token) => done(null, token), (error) => done(String(error), null)),
  });
