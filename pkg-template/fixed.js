// @ts-check

/** @type {typeof import('./index.js').fixedToken} */
export const fixedToken = (token, { expiresIn = 3_600_000 } = {}) => {
  const born = Date.now();
  console.warn(
    'downscope: fixedToken() is for development only. It cannot refresh, and its token is in your source.',
  );
  return () => {
    const left = born + expiresIn - Date.now();
    // The same as a backend whose session is over: nothing to retry.
    if (left <= 0) throw Object.assign(new Error('The fixed token has expired.'), { status: 401 });
    return { access_token: token, expires_in: left / 1000, token_type: 'Bearer' };
  };
};
