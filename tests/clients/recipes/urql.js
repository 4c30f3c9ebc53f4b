import { Client, fetchExchange } from '@urql/core';

/** @param {import('downscope').Grant} grant */
export const urqlWith = (grant, url = grant.resource) =>
  new Client({
    url: url ?? '',
    exchanges: [fetchExchange],
    fetch: (input, init) => grant.fetch(input, init),
    preferGetMethod: false,
  });
