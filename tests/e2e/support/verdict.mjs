// What has to hold in a cell of the fault matrix.

/** How often a grant may ask for a token in five seconds, whatever goes wrong. */
const MOST_REQUESTS = 4;
const SPAN = 5_000;

/** What is wrong in a cell, each as a sentence that names it. */
export function complaintsAbout(measured) {
  const { name, alive, minted, isLie } = measured;
  const wrong = [];
  const most = mostInSpan(measured.requests.token);
  if (most > MOST_REQUESTS) wrong.push(`${most} token requests within ${SPAN} ms`);
  if (!isLie && alive > 0) wrong.push(`${alive} of ${minted} tokens alive in the end`);
  if (measured.outcome) wrong.push(...ofTheCaller(measured, measured.outcome));
  return wrong.map((what) => `${name}: ${what}`);
}

function* ofTheCaller({ site, isLie, aliveBefore }, { token, revoke, close, thrown }) {
  if (thrown) yield `threw ${thrown}`;
  if (token !== 'token') yield `token() came to ${token}`;
  if (isLie) return;
  if (site === 'outlasted') {
    if (revoke?.confirmed) yield 'revoke() is confirmed, though nobody was told';
  } else if (revoke && !revoke.confirmed) {
    yield 'revoke() is not confirmed';
  }
  if (!close) return;
  // Before the page is left: the last thing that it says is no part of `close()`.
  if (close.confirmed && aliveBefore > 0) yield `close() is confirmed, with ${aliveBefore} alive`;
  if (!close.confirmed) yield 'close() is not confirmed';
}

/** Of requests that name themselves: what a browser sends again by itself is the same one. */
function mostInSpan(requests) {
  const firsts = new Map();
  for (const { id, at } of requests) if (!firsts.has(id)) firsts.set(id, at);
  const times = [...firsts.values()];
  const from = (start) => times.filter((at) => at >= start && at <= start + SPAN).length;
  return Math.max(0, ...times.map(from));
}
