// node server.mjs
//
// One process: see tokens.mjs.

import { createServer } from 'node:http';

import { stopWhenTold } from './http.mjs';
import { endSignIn, signIn } from './session.mjs';
import { revoke, signOut, stop, token } from './tokens.mjs';

const routes = {
  '/': (_, response) => {
    signIn(response);
    response.end('signed in');
  },
  '/sign-out': (request, response) => {
    if (request.method === 'POST') signOut(endSignIn(request, response));
    response.end('signed out');
  },
  '/api/token': token,
  '/api/revoke': revoke,
};

const server = createServer((request, response) => {
  const [path] = request.url.split('?');
  if (Object.hasOwn(routes, path)) return routes[path](request, response);
  response.statusCode = 404;
  response.end();
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});

stopWhenTold(server, stop);
