// Mounts a backend where requests are Node's own: `node:http`, Express, Fastify.

import { logFailure } from './log.js';
import { bodyOf, tooLong } from './parsed.js';

/** What body-parser says of a body that it could not read. */
const UNREAD = new Set([
  'entity.parse.failed',
  'entity.too.large',
  'parameters.too.many',
  'querystring.parse.rangeError',
]);

/** `createServer(toNodeHandler(backend))`; as a middleware it lets others' requests pass. */
export function toNodeHandler(backend) {
  return async (request, response, next) => {
    const url = request.originalUrl ?? request.url;
    const [path] = url.split('?');
    if (next && !backend.serves(path)) return next();
    // Whoever has gone while a request is held has closed it.
    const control = new AbortController();
    response.once('close', () => control.abort());
    let answer;
    let text = '';
    try {
      answer = await backend.handle(requestOf(request, url, control.signal));
      text = await answer.text();
    } catch (error) {
      if (control.signal.aborted || response.headersSent) return undefined;
      if (next) return next(error);
      logFailure('a request', error);
      answer = new Response(null, { status: 500 });
    }
    // The app may have answered by itself meanwhile: when it is late, for example.
    if (control.signal.aborted || response.headersSent) return undefined;
    response.writeHead(answer.status, [...answer.headers].flat());
    response.end(text);
    return undefined;
  };
}

/** `app.use(toExpress(backend))`, also behind `express.json()` and `express.urlencoded()`: what
 * they could not read is answered as the contract says, too. */
export function toExpress(backend) {
  const handler = toNodeHandler(backend);
  const unread = (error, request, response, next) => {
    const [path] = request.originalUrl.split('?');
    if (!backend.serves(path) || !UNREAD.has(error?.type)) return next(error);
    // Of a form with too many fields for it, the parser hands on the text.
    request.body = typeof error.body === 'string' ? error.body : tooLong;
    return handler(request, response, next);
  };
  return [handler, unread];
}

/** `fastify.register(toFastify(backend))`. */
export function toFastify(backend) {
  const handler = toNodeHandler(backend);
  return async (fastify) => {
    // The body is the backend's to read. A plugin's parsers are its own.
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const path of Object.values(backend.paths)) {
      fastify.route({
        method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
        url: path,
        handler(request, reply) {
          reply.hijack();
          return handler(request.raw, reply.raw);
        },
      });
    }
  };
}

function requestOf(request, url, signal) {
  const headers = new Headers();
  const { rawHeaders, method } = request;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    // HTTP/2 has pseudo-headers, which are none.
    if (!rawHeaders[at].startsWith(':')) headers.append(rawHeaders[at], rawHeaders[at + 1]);
  }
  const hasBody = method !== 'GET' && method !== 'HEAD';
  // A path alone: `//evil.example/` names no host. What is none, `*`, is no endpoint's either.
  const path = url.startsWith('/') ? url : '/';
  return new Request(`http://localhost${path}`, {
    // There is no such `Request`, and it is refused as any other method is.
    method: method === 'TRACE' ? 'PUT' : method,
    headers,
    signal,
    body: hasBody ? bodyOf(request) : undefined,
    duplex: 'half',
  });
}
