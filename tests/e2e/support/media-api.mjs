// An API of another origin whose content takes a token, and that keeps what it was asked.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

import { inCheckout } from './server.mjs';

/** What the guide says that an API has to send, and nothing else. */
const guide = readFileSync(inCheckout('docs/guide/media.md'), 'utf8');
const named = Object.fromEntries([...guide.matchAll(/^(Access-Control-[\w-]+): (.*)$/gm)].map(([, name, value]) => [name.toLowerCase(), value]));
const CORS = { 'access-control-allow-origin': '*', ...named };

/** A second of sound: 16 bits, two channels. */
const SECOND = 44_100 * 4;

/**
 * Answers with what `handle` says; preflights by itself. `received` is what came, without those;
 * of each, `sent` bytes were taken off its hands, and `isOver` says that nobody reads any more.
 */
export async function startMediaApi(handle, cors = {}) {
  const received = [];
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries({ ...CORS, ...cors })) response.setHeader(name, value);
    if (request.method === 'OPTIONS') return response.writeHead(204).end();
    const { method, url, headers } = request;
    const kept = { method, url, headers, token: headers.authorization?.slice(7), status: 0, sent: 0, isOver: false };
    received.push(kept);
    response.on('close', () => {
      kept.status = response.statusCode;
      kept.isOver = true;
    });
    handle({ request, response, kept });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    received,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Silence of so many seconds, as WAV, in ranges. */
export const sound = (seconds) => zeros(seconds * SECOND + 44, { head: wavHeader(seconds * SECOND), type: 'audio/wav' });

/** So many bytes, with what they begin with; as fast as they are read, or with pauses in milliseconds. */
export function zeros(length, { head = Buffer.alloc(0), type = 'application/octet-stream', pause = 0 } = {}) {
  const chunk = Buffer.alloc(64 << 10);
  return ({ request, response, kept }) => {
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    const start = Number(first ?? 0);
    const end = last ? Math.min(Number(last) + 1, length) : length;
    if (start >= length) return response.writeHead(416, { 'content-range': `bytes */${length}` }).end();
    response.writeHead(first === undefined ? 200 : 206, {
      'accept-ranges': 'bytes',
      'content-type': type,
      'content-length': end - start,
      etag: '"one"',
      ...(first !== undefined && { 'content-range': `bytes ${start}-${end - 1}/${length}` }),
    });
    if (request.method === 'HEAD') return response.end();
    let at = start;
    const push = () => {
      for (let flows = true; flows && !response.destroyed; ) {
        if (at >= end) return response.end();
        const bytes = at < head.length ? head.subarray(at, end) : chunk.subarray(0, Math.min(chunk.length, end - at));
        at += bytes.length;
        kept.sent += bytes.length;
        flows = response.write(bytes) && !pause;
      }
      if (response.destroyed) return;
      if (pause) setTimeout(push, pause);
      else response.once('drain', push);
    };
    push();
  };
}

function wavHeader(length) {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(length + 36, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(44_100, 24);
  header.writeUInt32LE(SECOND, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(length, 40);
  return header;
}
