import { Rest } from 'ably';

globalThis.token = new Rest({ authUrl: '/token' }).auth.requestToken();
