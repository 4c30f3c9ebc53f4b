// Mounts a backend where requests are Node's own: `node:http`, Express, Fastify.

import { wayInto } from './direct.js';
import { logFailure } from './log.js';
import { bodyOf, shortBodyOf, tooLong } from './parsed.js';

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
    try {
      answer = await answerOf(backend, request, url, control.signal);
    } catch (error) {
      if (control.signal.aborted || response.headersSent) return undefined;
      if (next) return next(error);
      logFailure('a request', error);
      answer = [500, [], ''];
    }
    // The app may have answered by itself meanwhile: when it is late, for example.
    if (control.signal.aborted || response.headersSent) return undefined;
    const [status, headers, text] = answer;
    response.writeHead(status, headers);
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

/** The status, the headers one after the other, and the body. */
async function answerOf(backend, request, url, signal) {
  const way = wayInto(backend);
  const method = methodOf(request);
  const reading = way && (hasBody(method) ? shortBodyOf(request) : NOTHING);
  if (!reading) {
    const answer = await backend.handle(requestOf(request, url, signal, bodyOf));
    return [answer.status, [...answer.headers].flat(), await answer.text()];
  }
  // Whoever waits for it comes later.
  reading.catch(() => {});
  const { pathname } = new URL(addressOf(url));
  let made;
  // The app's functions ask for it, if any of them is asked; its body has been read.
  const asRequest = () => (made ??= requestOf(request, url, signal, () => undefined));
  const headers = headersOf(request);
  const asked = { method, path: pathname, headers, signal, reading, request: asRequest };
  // Null where whoever asked has gone, and then it is not sent.
  return (await way(asked)) ?? GONE;
}

const NOTHING = Promise.resolve(new Uint8Array());
const GONE = [499, [], ''];

/** By their names in lower case, and what comes several times as one, as `Headers` has them. */
function headersOf({ rawHeaders }) {
  const values = new Map();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at].toLowerCase();
    // HTTP/2 has pseudo-headers, which are none.
    if (name.startsWith(':')) continue;
    const value = String(rawHeaders[at + 1]);
    const before = values.get(name);
    const between = name === 'cookie' ? '; ' : ', ';
    values.set(name, before === undefined ? value : before + between + value);
  }
  return [...values].flat();
}

function requestOf(request, url, signal, bodyFor) {
  const method = methodOf(request);
  return new Request(addressOf(url), {
    method,
    headers: pairsOf(headersOf(request)),
    signal,
    body: hasBody(method) ? bodyFor(request) : undefined,
    duplex: 'half',
  });
}

/** There is no `Request` for `TRACE`, and it is refused as any other method is. */
const methodOf = ({ method }) => (method === 'TRACE' ? 'PUT' : method.toUpperCase());

const hasBody = (method) => method !== 'GET' && method !== 'HEAD';

/** A path alone: `//evil.example/` names no host. What is none, `*`, is no endpoint's either. */
const addressOf = (url) => `http://localhost${url.startsWith('/') ? url : '/'}`;

/** One for each that came. */
function* pairsOf(flat) {
  for (let at = 0; at < flat.length; at += 2) yield [flat[at], flat[at + 1]];
}
