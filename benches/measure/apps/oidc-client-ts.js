import { UserManager } from 'oidc-client-ts';

globalThis.token = new UserManager({
  authority: 'https://login.example',
  client_id: 'app',
  redirect_uri: '/',
})
  .getUser()
  .then((user) => user?.access_token);
