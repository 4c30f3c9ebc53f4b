// The way into a backend past `Request` and `Response`: making the two costs more than most of
// what comes to these endpoints is worth.

const ways = new WeakMap();

/** Offers `way` for this backend. What wraps a backend is another one, and has none. */
export const offer = (backend, way) => ways.set(backend, way);

export const wayInto = (backend) => ways.get(backend);
