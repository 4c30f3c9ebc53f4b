import { withExpiry } from 'downscope/adapters';

/** @param {import('downscope').Grant} grant */
export const azureMapsAuth = (grant) => ({
  authType: 'anonymous',
  /** @param {(token: string) => void} resolve @param {(error: unknown) => void} reject */
  getToken: (resolve, reject) => grant.token().then(resolve, reject),
});

/** @param {import('downscope').Grant} grant */
export const autodeskOptions = (grant) => ({
  /** @param {(token: string, seconds: number) => void} done */
  getAccessToken: async (done) => {
    const { token, expiresIn } = await withExpiry(grant);
    done(token, expiresIn);
  },
});
