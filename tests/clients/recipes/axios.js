import axios from 'axios';

/** @param {import('downscope').Grant} grant */
export const axiosWith = (grant, baseURL = grant.resource) =>
  axios.create({ baseURL, adapter: 'fetch', env: { fetch: (input, init) => grant.fetch(input, init) } });
