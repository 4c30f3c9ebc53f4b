// node server.mjs

import { createServer } from 'node:http';

import { signIn } from './session.mjs';
import { revoke, token } from './tokens.mjs';

const routes = {
  'GET /': (_, response) => {
    signIn(response);
    response.end('signed in');
  },
  'POST /api/token': token,
  'POST /api/revoke': revoke,
};

const server = createServer((request, response) => {
  const route = `${request.method} ${request.url}`;
  if (Object.hasOwn(routes, route)) return routes[route](request, response);
  response.statusCode = 404;
  response.end();
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
