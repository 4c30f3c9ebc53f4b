import { Upload } from 'tus-js-client';

/** @param {import('downscope').Grant} grant @param {any} file @param {string} endpoint */
export const uploadWith = (grant, file, endpoint) => {
  let sent = '';
  return new Upload(file, {
    endpoint,
    onBeforeRequest: async (request) => {
      sent = await grant.token();
      request.setHeader('Authorization', `Bearer ${sent}`);
    },
    onShouldRetry: ({ originalResponse }, attempt) => {
      const isRefused = originalResponse?.getStatus() === 401;
      if (isRefused) grant.reject(sent);
      return isRefused ? attempt === 0 : !originalResponse;
    },
  });
};
