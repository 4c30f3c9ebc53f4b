import { TokenSource } from 'livekit-client';

globalThis.token = TokenSource.endpoint('/token')
  .fetch({ roomName: 'room' })
  .then(({ participantToken }) => participantToken);
