import { TokenSource } from 'livekit-client';

/** @param {import('downscope').Grant} grant @param {string} serverUrl */
export const liveKitWith = (grant, serverUrl) =>
  TokenSource.custom(async () => ({ serverUrl, participantToken: await grant.token() }));
