import { Upload } from 'tus-js-client';

/** @param {import('downscope').Grant} grant @param {any} file @param {string} endpoint */
export const uploadWith = (grant, file, endpoint) => {
  let sent = '';
  let isReplaced = false;
  return new Upload(file, {
    endpoint,
    onBeforeRequest: async (request) => {
      sent = await grant.token();
      request.setHeader('Authorization', `Bearer ${sent}`);
    },
    onAfterResponse: (request, response) => {
      const isRefused = response.getStatus() === 401;
      if (isRefused) grant.reject(sent);
      else isReplaced = false;
      // Where it asks how far it is, tus would take that for an upload that is no more.
      if (isRefused && request.getMethod() === 'HEAD') throw new Error('refused');
    },
    onShouldRetry: ({ originalResponse }) => {
      const status = originalResponse?.getStatus() ?? 0;
      // Once for a token that is refused; otherwise as tus does by itself.
      if (status === 401) return !isReplaced && (isReplaced = true);
      const isOnline = globalThis.navigator?.onLine !== false;
      return isOnline && (status < 400 || status >= 500 || status === 409 || status === 423);
    },
  });
};
