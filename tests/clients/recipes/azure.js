import { bearerTokenAuthenticationPolicy } from '@azure/core-rest-pipeline';
import { tokenCredential } from 'downscope/adapters';

/** @param {import('downscope').Grant} grant */
export const azurePolicyWith = (grant) =>
  bearerTokenAuthenticationPolicy({
    credential: tokenCredential(grant), // what a client of Azure takes as its second argument
    scopes: [],
  });
