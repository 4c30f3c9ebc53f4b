// What a framework would do: bodies in, answers out.

import { Refusal } from './rules.mjs';

/** A request handler that answers with what `handle` gives, or refuses with what it throws.
 * Pages of `origin` may read it. */
export function endpoint(origin, handle) {
  return async (request, response) => {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Vary', 'Origin');
    if (request.headers.origin === origin) allow(request, response);
    if (request.method === 'OPTIONS') return answer(response, 204);
    try {
      if (request.method !== 'POST') throw new Refusal(405, 'invalid_request');
      const { status, body } = await handle(request);
      answer(response, status, body);
    } catch (error) {
      // Nobody is to blame for a page that has gone while it sent.
      const isOwn = error instanceof Refusal || error.code === 'ECONNRESET';
      if (!isOwn) console.error('downscope:', error);
      const { status, message, retryAfter } =
        error instanceof Refusal ? error : new Refusal(500, 'server_error');
      if (retryAfter) response.setHeader('Retry-After', retryAfter);
      if (status === 401) response.setHeader('WWW-Authenticate', 'Cookie realm="app"');
      answer(response, status, { error: message });
    }
  };
}

/** The same for Express, also behind its body parsers: `app.use('/api/token', inExpress(token))`. */
export function inExpress(handler) {
  // What a parser could not make sense of comes here, mostly with its text.
  const given = (error, request, response, next) => {
    if (typeof error.body !== 'string' && error.status !== 413) return next(error);
    request.body = error.body;
    handler(request, response);
  };
  return [handler, given];
}

/** Told to stop (SIGTERM, Ctrl-C) takes no more requests, and ends once `stop` has ended its work. */
export function stopWhenTold(server, stop) {
  const signals = ['SIGINT', 'SIGTERM'];
  const end = async () => {
    // Who says it again wants no more waiting.
    for (const signal of signals) process.off(signal, end);
    const closed = new Promise((resolve) => server.close(resolve));
    const left = await stop(20_000);
    if (left > 0) console.error(`downscope: ${left} tokens may still be alive`);
    // What has been answered is to arrive.
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 1_000))]);
    process.exit(left > 0 ? 1 : 0);
  };
  for (const signal of signals) process.on(signal, end);
}

/** The body, if it is of this type and no longer than this: its text, or what a parser in
 * front of this handler has made of it. */
export async function read(request, type, limit) {
  const given = request.headers['content-type']?.split(';')[0].trim().toLowerCase();
  if (given !== type) throw new Refusal(415, 'invalid_request');
  // Said before a byte is read, since to stop reading is to drop the connection.
  if (request.headers['content-length'] > limit) throw new Refusal(413, 'invalid_request');
  if (request.readableEnded) return request.body ?? '';
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > limit) throw new Refusal(413, 'invalid_request');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The fields of a JSON body. */
export function parse(body) {
  try {
    return typeof body === 'string' ? JSON.parse(body) : body;
  } catch {
    throw new Refusal(400, 'invalid_request');
  }
}

/** What gives all values of a parameter of a form. */
export function parameters(body) {
  if (typeof body === 'string') return (name) => new URLSearchParams(body).getAll(name);
  return (name) => {
    const value = Object.hasOwn(body, name) ? body[name] : [];
    // A parser makes many into an array, or an object with numbers for names.
    const values = typeof value === 'string' ? [value] : Object.values(value);
    return values.filter((one) => typeof one === 'string');
  };
}

/** Fetch (CORS), for an app on another origin of the same site. */
function allow(request, response) {
  response.setHeader('Access-Control-Allow-Origin', request.headers.origin);
  response.setHeader('Access-Control-Allow-Credentials', 'true');
  response.setHeader('Access-Control-Expose-Headers', 'Retry-After');
  if (request.method !== 'OPTIONS') return;
  response.setHeader('Access-Control-Allow-Methods', 'POST');
  const wanted = request.headers['access-control-request-headers'];
  if (wanted) response.setHeader('Access-Control-Allow-Headers', wanted);
  response.setHeader('Access-Control-Max-Age', '600');
}

function answer(response, status, body) {
  response.statusCode = status;
  if (body) response.setHeader('Content-Type', 'application/json');
  response.end(body && JSON.stringify(body));
}
