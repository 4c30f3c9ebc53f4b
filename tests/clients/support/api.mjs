// A resource server that knows which tokens are refused.

import { listen } from './listen.mjs';

/**
 * Answers with `body` as JSON, or 401 to a token in `refused`. `seen` is each request as
 * `"token status"`.
 */
export async function startApi(body) {
  const refused = new Set();
  const seen = [];
  const server = await listen((request, response) => {
    request.resume();
    const token = request.headers.authorization?.replace('Bearer ', '');
    const status = refused.has(token) ? 401 : 200;
    seen.push(`${token} ${status}`);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(status === 200 ? JSON.stringify(body) : '');
  });
  return { ...server, refused, seen };
}
