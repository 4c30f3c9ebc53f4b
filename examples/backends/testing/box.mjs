// A stand-in for Box that remembers what it has revoked, and fails and waits as it is told.

import { once } from 'node:events';
import { createServer } from 'node:http';

/** Starts one on a free port. */
export async function startBox() {
  const box = { minted: [] };
  const waiting = new Set();
  let gate;
  let count = 0;

  /** Behaves again, and forgets. */
  box.reset = () => {
    Object.assign(box, { exchanges: [], minted: [], revoked: [], fail: undefined, life: 4175 });
    Object.assign(box, { asked: 0, exchanging: 0, answered: 0, revoking: 0, mostRevoking: 0 });
    gate = undefined;
  };
  /** Waits until it is true of this box. */
  box.until = async (isTrue) => {
    while (!isTrue()) await new Promise((resolve) => waiting.add(resolve));
  };
  /** Waits until all of these were revoked. */
  box.dead = (tokens) => box.until(() => tokens.every((token) => box.revoked.includes(token)));
  /** Lets calls wait until the function that this gives is called. */
  box.hold = () => {
    box.asked = box.answered = 0;
    let release;
    gate = new Promise((resolve) => (release = resolve));
    return release;
  };

  box.server = createServer(async (request, response) => {
    const text = (await request.setEncoding('utf8').toArray()).join('');
    const form = Object.fromEntries(new URLSearchParams(text));
    const isRevoke = request.url === '/oauth2/revoke';
    box.asked += 1;
    box.exchanging += !isRevoke;
    box.revoking += isRevoke;
    box.mostRevoking = Math.max(box.mostRevoking, box.revoking);
    changed();
    await gate;
    const { status, headers = {}, body } = box.fail ?? answerOf(isRevoke, form);
    if (box.fail?.once) box.fail = undefined;
    response.writeHead(status, headers);
    response.end(typeof body === 'object' ? JSON.stringify(body) : body, () => {
      box.revoking -= isRevoke;
      box.answered += 1;
      changed();
    });
  });
  box.reset();
  box.server.listen(0, '127.0.0.1');
  await once(box.server, 'listening');
  box.origin = `http://127.0.0.1:${box.server.address().port}`;
  box.stop = () => {
    box.server.close();
    box.server.closeAllConnections();
  };
  return box;

  function answerOf(isRevoke, form) {
    const isClient = form.client_id === 'client' && form.client_secret === 'client-secret';
    if (!isClient) return { status: 401, body: { error: 'invalid_client' } };
    if (isRevoke) {
      box.revoked.push(form.token);
      const isUnknown = form.token.startsWith('unknown');
      return isUnknown ? { status: 400, body: { error: 'invalid_token' } } : { status: 200 };
    }
    box.exchanges.push(form);
    const access_token = `FAKE-minted-${(count += 1)}`;
    box.minted.push(access_token);
    return { status: 200, body: { access_token, expires_in: box.life, token_type: 'bearer' } };
  }

  function changed() {
    for (const resolve of waiting) resolve();
    waiting.clear();
  }
}
