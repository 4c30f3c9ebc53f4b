// Tokens that nobody can mistake for real ones.

/** An opaque token of exactly this length, or a little more where `n` needs it. */
export function opaque(n, length) {
  const name = `fake.${n}.`;
  return name + 'x'.repeat(Math.max(0, length - name.length));
}

/** An unsigned JWT with these claims, of at least this length. */
export function jwt(claims, length = 0) {
  const bare = assembled(claims);
  const missing = length - bare.length;
  return missing > 0 ? bare + 'x'.repeat(missing) : bare;
}

// The header names an algorithm, since some clients look for it and none has a
// key to check; the signature says what it is.
const assembled = (claims) => `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded(claims)}.fake`;

export const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
