import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';

/** @param {import('downscope').Grant} grant */
export const apolloWith = (grant, uri = grant.resource) =>
  new ApolloClient({
    cache: new InMemoryCache(),
    link: new HttpLink({ uri, fetch: (input, init) => grant.fetch(input, init) }),
  });
