// What a request means and what is answered to it. Nothing here waits, asks or remembers.

/** What the app's pages need, and nothing more. */
const SCOPES = new Set(['base_explorer', 'base_preview', 'item_download', 'item_preview']);
/** 22 characters are 128 random bits: whoever can name a session may revoke what it has. */
const SESSION = /^[\w.~-]{22,128}$/;
const ID = /^[\w.~-]{1,128}$/;
/** RFC 6749 appendix A.12, as far as it can stand in a header. */
const TOKEN = /^[!#-+\--[\]-~]{1,16384}$/;
/** The longest life that is believed, in seconds: no access token has it. */
const LONGEST_LIFE = 400 * 86_400;

/** An answer that is an error of RFC 6749 section 5.2. It repeats nothing of a request. */
export class Refusal extends Error {
  /** `retryAfter` in seconds: a slip of the authorization server must not lock pages out. */
  constructor(status, error, retryAfter) {
    super(error);
    this.status = status;
    const wait = /^\d+$/.test(retryAfter) ? Number(retryAfter) : 5;
    if (status === 429 || status === 503) this.retryAfter = Math.min(Math.max(wait, 1), 600);
  }
}

/** The cookie comes along with other sites' requests too, this header does not: it takes
 * a preflight, which only the app's own origin is granted. `same-site` is an app on
 * app.example with its backend on api.app.example, or a stranger next to it. */
export function isFromOwnPage(headers, origin) {
  const site = headers['sec-fetch-site'] ?? 'same-site';
  const isOwn = site === 'same-origin' || (site === 'same-site' && headers.origin === origin);
  return headers['x-downscope'] === '1' && isOwn;
}

/** What a page wants a token for; refused if `resources` does not have it. */
export function tokenRequest(fields, resources) {
  const { session, id, resource, scope = '' } = Object(fields);
  const isText = [session, id, resource, scope].every((one) => typeof one === 'string');
  if (!isText || !SESSION.test(session) || !ID.test(id)) throw new Refusal(400, 'invalid_request');
  // Whole URIs: one that begins like an allowed one is another one.
  if (!resources.has(resource)) throw new Refusal(400, 'invalid_target');
  if (!scope.split(' ').every((one) => SCOPES.has(one))) throw new Refusal(400, 'invalid_scope');
  return { session, id, resource, scope };
}

/** What a revoke names. `all` gives the values of a parameter. A name that cannot be one
 * is ignored: nothing goes by it. */
export function revokeRequest(all) {
  const named = {
    session: all('session').find((one) => SESSION.test(one)),
    pending: new Set(all('pending').filter((one) => ID.test(one))),
    isWhole: all('whole_session').includes('1'),
    tokens: new Set(all('token').filter((one) => TOKEN.test(one))),
    /** None is given here, so there is nothing that can be done about one. */
    hasHandle: all('handle').some((one) => one !== ''),
  };
  const hasRequests = named.isWhole || named.pending.size > 0;
  const isNothing = !hasRequests && !named.hasHandle && named.tokens.size === 0;
  if (isNothing || (hasRequests && !named.session)) throw new Refusal(400, 'invalid_request');
  return named;
}

/** What is answered to a request that came before, or may not be carried out; nothing if
 * its token is to be minted. */
export function answerTo(begun, now) {
  switch (begun.is) {
    case 'new':
      return undefined;
    case 'minted': {
      const left = Math.max(Math.floor((begun.record.expiresAt - now) / 1000), 0);
      const { answer } = begun.record;
      return 'expires_in' in answer ? { ...answer, expires_in: left } : answer;
    }
    case 'minting':
      throw new Refusal(503, 'temporarily_unavailable', '1');
    case 'full':
      throw new Refusal(503, 'temporarily_unavailable');
    default:
      // It was withdrawn, or has the name of another one.
      throw new Refusal(400, 'invalid_request');
  }
}

/** 204: everything named is dead. 202: it will be, and nobody need send this again. A
 * request that is not on record may have been minted before the last start of this process,
 * so nobody says 204 of it. 503: not even taken over. */
export function answerToRevoke({ isTaken, isAllKnown, areDead }) {
  if (!isTaken) throw new Refusal(503, 'temporarily_unavailable');
  return isAllKnown && areDead ? 204 : 202;
}

/** `expires_in` as servers write it: a number or the text of one. What is neither is no
 * statement, and no reason to lose the token. */
export function lifetime(expires_in) {
  const isTold = typeof expires_in === 'number' || typeof expires_in === 'string';
  const seconds = isTold ? Number(expires_in) : 0;
  return seconds >= 1 ? Math.floor(Math.min(seconds, LONGEST_LIFE)) : undefined;
}

/** A refusal by the authorization server, in words of our own: its may repeat a secret.
 * Unless it has said itself why there is no token, one may have been minted all the same. */
export function refusalOf(failure) {
  const isSaid = failure.error || [400, 401, 403, 429].includes(failure.status);
  return Object.assign(inOwnWords(failure), { mayHaveMinted: !isSaid });
}

function inOwnWords({ status, error, retryAfter }) {
  if (status === 429) return new Refusal(429, 'temporarily_unavailable', retryAfter);
  if (![400, 401, 403].includes(status)) {
    return new Refusal(503, 'temporarily_unavailable', retryAfter);
  }
  if (error === 'invalid_scope') return new Refusal(400, 'invalid_scope');
  if (/^invalid_(resource|target)$/.test(error)) return new Refusal(400, 'invalid_target');
  // RFC 8693 section 2.2.2: the user's token is dead. Else it is this client that is wrong.
  const isUser = /^invalid_(grant|request|token)$/.test(error) || (status === 401 && !error);
  return isUser ? new Refusal(401, 'login_required') : new Refusal(500, 'server_error');
}

/** Milliseconds until the next try after so many that failed: spread, so that what failed
 * together does not come back together, and 20 s at the most unless it was asked for more. */
export function waitAfter(attempts, retryAfter) {
  const asked = /^\d+$/.test(retryAfter) ? Math.min(Number(retryAfter), 60) * 1000 : 0;
  const step = Math.min(500 * 2 ** attempts, 20_000);
  return Math.max(asked, step / 2 + (Math.random() * step) / 2);
}
