// The Node example in Express, behind the body parsers that apps have; for the tests.
// PARSERS=none leaves them out.

import express from 'express';

import { inExpress, stopWhenTold } from './node/http.mjs';
import { endSignIn, signIn } from './node/session.mjs';
import { revoke, signOut, stop, token } from './node/tokens.mjs';

const app = express();
if (process.env.PARSERS !== 'none') {
  app.use(express.json(), express.urlencoded({ extended: process.env.PARSERS === 'extended' }));
}
app.get('/', (_, response) => {
  signIn(response);
  response.send('signed in');
});
app.post('/sign-out', (request, response) => {
  signOut(endSignIn(request, response));
  response.send('signed out');
});
app.use('/api/token', inExpress(token));
app.use('/api/revoke', inExpress(revoke));

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
stopWhenTold(server, stop);
