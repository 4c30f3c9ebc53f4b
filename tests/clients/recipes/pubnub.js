import { follow } from 'downscope/adapters';

/** @param {import('downscope').Grant} grant @param {import('pubnub')} pubnub @param {AbortSignal} signal */
export const followPubNub = (grant, pubnub, signal) =>
  follow(grant, (token) => pubnub.setToken(token), { signal });
