// The page of `equal.test.mjs`: one of the two clients, as the address says, and a
// backend in the page, which answers at once and writes down what it is asked.

const place = new URL(location.href).searchParams.get('client');
const { createTokenClient, createClient = createTokenClient } = await import(place);

/** A client, its grant for one file, and the backend that both ask. */
async function open(options = {}) {
  const backend = {
    asked: [],
    answer: ({ access_token }) => ({ access_token, expires_in: 3_600 }),
  };
  const getToken = (request) => {
    backend.asked.push(request);
    return backend.answer({ access_token: `fake.${backend.asked.length}` });
  };
  const client = await createClient({ ...(!options.tokenEndpoint && { getToken }), ...options });
  return { backend, client, grant: client.grant({ resource: `${location.origin}/file`, scopes: ['read'] }) };
}

/** What a caller sees of a promise: a token, or the code of an error. */
const outcome = (promise) =>
  promise.then(
    (value) => value,
    ({ code, retryable, retryAfter }) => ({ code, retryable, retryAfter }),
  );

const refuse = (status, headers) => () => new Response('{}', { status, headers });

const minutes = (number) => number * 60_000;

/** Lets whatever has been set off come to its end, the reading of an answer included. */
async function settled() {
  for (let turn = 0; turn < 20; turn += 1) {
    const { port1, port2 } = new MessageChannel();
    await new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage('');
    });
    port1.close();
  }
}

/** The same, and so much time passes. */
async function pass(milliseconds) {
  await settled();
  await clock.run(milliseconds);
  await settled();
}

globalThis.stage = { open, outcome, refuse, minutes, settled, pass, createClient };
