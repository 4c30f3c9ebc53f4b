import { PublicClientApplication } from '@azure/msal-browser';

const client = new PublicClientApplication({ auth: { clientId: 'app' } });
globalThis.token = client
  .initialize()
  .then(() => client.acquireTokenSilent({ scopes: ['read'], account: client.getAllAccounts()[0] }));
