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

/** Its bytes, if it is known to be short: what a request says of its length, Node sees to. */
export function shortBodyOf(request) {
  if (request.body === tooLong) return undefined;
  if (request.readableEnded) return encoded(bodyOf(request));
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  return length <= longestBody() ? bytesOf(request) : undefined;
}

const encoder = new TextEncoder();

async function encoded(body = new Uint8Array()) {
  return typeof body === 'string' ? encoder.encode(body) : body;
}

function bytesOf(request) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
    request.on('error', reject);
    const cutOff = () => reject(new Error('The request has ended before its body.'));
    // Whoever asked may have gone before this.
    if (request.destroyed) cutOff();
    request.on('close', cutOff);
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
