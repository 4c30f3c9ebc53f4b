// What the app's operator reads of a failure.

/** The error's name and message alone: its other properties may hold a token. */
export function logFailure(what, error) {
  console.error(`downscope-backend: ${what} failed: ${nameOf(error)}`);
}

/** What kind of error it is, and what it says. */
function nameOf(error) {
  const words = [error?.name, error?.message].filter(isWord);
  return words.length > 0 ? words.join(': ') : 'no error';
}

function isWord(word) {
  return ['string', 'number'].includes(typeof word) && word !== '';
}
