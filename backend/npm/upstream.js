// What the app's `exchange` and `revoke` give, as the core reads it: the status, `Retry-After`
// with `Date`, and the body of an HTTP answer.

/** Errors before anything was sent. */
const NEVER_ASKED = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The authorization server has given no answer. `word` says whether it may have acted. */
export class NoAnswer extends Error {
  constructor(word) {
    super(`The authorization server has not answered: ${word}.`);
    this.word = word;
    this.isUpstream = true;
  }
}

/** Calls `ask` with a signal that ends it, and reads what it gives. `otherwise` gives the body
 * for what is no answer; `tooLate` hears of an answer that nobody waits for any longer. */
export async function answerOf(ask, patience, otherwise, tooLate = () => {}) {
  const control = new AbortController();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      reject(new NoAnswer('unanswered'));
      control.abort();
      answer.then(tooLate).catch(() => {});
    }, patience);
  });
  const answer = read(ask, control.signal, otherwise);
  try {
    return await Promise.race([answer, late]);
  } catch (error) {
    // An error of the app's own client may hold the token: nothing of it goes on.
    throw error instanceof NoAnswer ? error : new NoAnswer(wordOf(error));
  } finally {
    clearTimeout(timer);
  }
}

async function read(ask, signal, otherwise) {
  const given = await ask(signal);
  // By its shape: a client may have a `Response` of its own.
  if (typeof given?.text === 'function' && typeof given.headers?.get === 'function') {
    const retryAfter = given.headers.get('retry-after');
    const date = given.headers.get('date');
    return { status: given.status, retryAfter, date, body: await given.text() };
  }
  if (given?.status !== undefined && 'body' in given) {
    const { status, retryAfter, date, body } = given;
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
    return { status, retryAfter: textOf(retryAfter), date: textOf(date), body: text };
  }
  return { status: 200, retryAfter: null, date: null, body: otherwise(given) };
}

/** A list, as some clients have of a header that comes twice, is joined by commas. */
function textOf(value) {
  return value === undefined || value === null ? null : String(value);
}

/** What a token is told by; the app's client may give more, and what JSON cannot hold. */
export function mintedOf(given) {
  const { access_token, expires_in, scope, restricted_to } = given ?? {};
  return JSON.stringify({ access_token, expires_in, scope, restricted_to });
}

function wordOf(error) {
  const code = error?.cause?.code ?? error?.code;
  return NEVER_ASKED.has(code) ? 'unavailable' : 'unanswered';
}
