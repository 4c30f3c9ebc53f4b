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
    onAfterResponse: (_, response) => {
      if (response.getStatus() < 400) isReplaced = false;
    },
    onShouldRetry: ({ originalResponse }) => {
      const status = originalResponse?.getStatus() ?? 0;
      // As tus does by itself, but for a token that is refused: that is replaced, once.
      if (status !== 401) return status < 400 || status >= 500 || status === 409 || status === 423;
      grant.reject(sent);
      return !isReplaced && (isReplaced = true);
    },
  });
};
