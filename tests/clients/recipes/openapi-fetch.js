import createClient from 'openapi-fetch';

/** @param {import('downscope').Grant} grant */
export const openapiWith = (grant, baseUrl = grant.resource) =>
  createClient({ baseUrl, fetch: (request) => grant.fetch(request) });
