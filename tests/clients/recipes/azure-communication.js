import { AzureCommunicationTokenCredential } from '@azure/communication-common';
import { tokenCredential } from 'downscope/adapters';

/** @param {import('downscope').Grant} grant */
export const communicationWith = (grant) => {
  const { getToken } = tokenCredential(grant);
  return new AzureCommunicationTokenCredential({ tokenRefresher: () => getToken() });
};
