// The app's functions, as the core asks them: a question in JSON, an answer in JSON.

import { logFailure } from './log.js';
import { answerOf, mintedOf } from './upstream.js';

/** How long the authorization server has for an answer. */
const PATIENCE = 10_000;
/** As long as names may be that a recall names. */
const LONGEST_NAME = 256;

/** `{ ask }` for the core. `calls` has what gives the requests that are under way. */
export function answersOf({ authenticate, authorize, exchange, revoke }, calls) {
  const revoked = (token) =>
    answerOf((signal) => revoke(token, { signal }), PATIENCE, () => '{}');
  const answers = {
    async authenticate({ call }) {
      const who = await authenticate(calls.get(call)?.());
      if (!who) return null;
      const { user, signIn = user, subject } = who;
      checkName('user', user);
      checkName('signIn', signIn);
      return { user, signIn, subject };
    },
    async authorize({ call, ...wanted }) {
      return (await authorize({ ...wanted, request: calls.get(call)?.() })) === true;
    },
    exchange: ({ who, resource, scope }) =>
      answerOf(
        (signal) => exchange({ ...who, resource, scope }, { signal }),
        PATIENCE,
        mintedOf,
        (answer) => endLate(answer, revoked),
      ),
    revoke: ({ token }) => revoked(token),
  };
  return {
    async ask(name, question) {
      try {
        const value = await answers[name](JSON.parse(question));
        return JSON.stringify({ value: value ?? null });
      } catch (error) {
        if (!error?.isUpstream) logFailure(name, error);
        return JSON.stringify({ error: error?.word ?? 'failed' });
      }
    },
  };
}

/** Of a token that comes after the patience the core knows nothing: it is ended here. */
async function endLate({ body }, revoked) {
  let token;
  try {
    token = JSON.parse(body).access_token;
  } catch {
    return;
  }
  if (typeof token !== 'string') return;
  const { status } = await revoked(token).catch(({ word }) => ({ status: word }));
  if (status !== 200) logFailure('the revoke of a token that came too late', { name: status });
}

/** A name is written into records and logs, so that it is text of one line. */
function checkName(what, name) {
  const isName = typeof name === 'string' && name !== '' && !/\p{Cc}/u.test(name);
  if (isName && new TextEncoder().encode(name).length <= LONGEST_NAME) return;
  throw new TypeError(`${what} must be a string of 1 to 256 bytes without control characters`);
}
