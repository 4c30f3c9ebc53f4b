// What a framework would do: bodies in, answers out.

/** An answer that is an error of RFC 6749 section 5.2. */
export class Refusal extends Error {
  constructor(status, error, retryAfter) {
    super(error);
    this.status = status;
    this.retryAfter = retryAfter ?? (status === 429 || status === 503 ? '5' : undefined);
  }
}

/** A request handler that answers with what `handle` gives, or refuses with what it throws. */
export function endpoint(handle) {
  return async (request, response) => {
    response.setHeader('Cache-Control', 'no-store');
    try {
      const { status, body } = await handle(request);
      answer(response, status, body);
    } catch (error) {
      const { status, message, retryAfter } =
        error instanceof Refusal ? error : new Refusal(500, 'server_error');
      if (retryAfter) response.setHeader('Retry-After', retryAfter);
      if (status === 401) response.setHeader('WWW-Authenticate', 'Cookie realm="app"');
      answer(response, status, { error: message });
    }
  };
}

/** The body, if it is of this type and no longer than this. */
export async function read(request, type, limit) {
  const given = request.headers['content-type']?.split(';')[0].trim().toLowerCase();
  if (given !== type) throw new Refusal(415, 'invalid_request');
  // Said before a byte is read, since to stop reading is to drop the connection.
  if (request.headers['content-length'] > limit) throw new Refusal(413, 'invalid_request');
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > limit) throw new Refusal(413, 'invalid_request');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function answer(response, status, body) {
  response.statusCode = status;
  if (body) response.setHeader('Content-Type', 'application/json');
  response.end(body && JSON.stringify(body));
}

/** The fields of a JSON object. */
export function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    throw new Refusal(400, 'invalid_request');
  }
}
