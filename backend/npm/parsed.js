// The body of a request of Node's, also where a parser has read it before.

import { Readable } from 'node:stream';

import { longestBody } from './core.js';

/** Stands for a body that a parser has refused for its length. */
export const tooLong = Symbol('too long');

/** What is to be read, for `new Request`. */
export function bodyOf(request) {
  const { body } = request;
  if (body === tooLong) return new Uint8Array(longestBody() + 1);
  // Nobody has read it.
  if (!request.readableEnded) return Readable.toWeb(request);
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  // As long as it was: how long it may be, the core says.
  const length = Math.min(Number(request.headers['content-length'] ?? 0), longestBody() + 1);
  const type = request.headers['content-type'] ?? '';
  const isForm = type.toLowerCase().startsWith('application/x-www-form-urlencoded');
  return isForm ? formOf(body).padEnd(length, '&') : JSON.stringify(body).padEnd(length);
}

/** Its bytes, where it is said to be short and nobody else has begun to read it, or a parser is done. */
export function shortBodyOf(request) {
  if (request.body === tooLong) return undefined;
  if (request.readableEnded) return encoded(bodyOf(request));
  const isUntouched = request.readableFlowing === null && !request.readableEncoding && !request.destroyed;
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  return isUntouched && length <= longestBody() ? bytesOf(request) : undefined;
}

const encoder = new TextEncoder();

async function encoded(body = new Uint8Array()) {
  return typeof body === 'string' ? encoder.encode(body) : body;
}

function bytesOf(request) {
  return new Promise((resolve, reject) => {
    const longest = longestBody();
    const chunks = [];
    let length = 0;
    const whole = () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    request.on('data', (chunk) => {
      if (length > longest) return;
      chunks.push(chunk);
      length += chunk.length;
      if (length <= longest) return;
      // A lenient parser may let more through than was said.
      request.pause();
      whole();
    });
    request.on('end', whole);
    request.on('error', reject);
    request.on('close', () => reject(new Error('The request has ended before its body.')));
  });
}

/** A form out of what a parser has made of it: of many values it makes an array, or an object
 * with numbers for names. */
function formOf(fields) {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    const values = typeof value === 'string' ? [value] : Object.values(value ?? {});
    for (const one of values) if (typeof one === 'string') form.append(name, one);
  }
  return form.toString();
}
