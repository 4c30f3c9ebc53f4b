// Where a client finds its endpoints: length and life of the tokens are part of the
// address, since no two clients could ask for them in the same way.

/** Prefix of the endpoints that hand out tokens of `length` characters that live `life` seconds. */
export const addressOf = ({ backend, length = 64, life = 3600 }) => `${backend}/${length}x${life}`;

/** What the i-th grant is for. */
export const resourceOf = (i) => `https://api.example/files/${i}`;
export const scopeOf = (i) => `item_read_${i}`;

/** Numbers from nought on. */
export const range = (count) => Array.from({ length: count }, (_, i) => i);
