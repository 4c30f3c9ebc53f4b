// What a revoke costs the event loop, with many tokens on record: in this process, over memory,
// with an authorization server that answers at once.
//
//   DOWNSCOPE_BACKEND_PKG=target/downscope-backend/pkg node benches/backend-npm/revoke.mjs
//
// Prints JSON: milliseconds of this process's CPU for each, apart from what the requests and the
// stand-in cost by themselves, and how long a second's load delays a revoke of a token on record.

const { createBackend, memory } = await import(
  new URL('index.js', `file://${process.env.DOWNSCOPE_BACKEND_PKG}/`)
);

const ON_RECORD = Number(process.env.ON_RECORD ?? 50_000);
const REVOKES = 2_000;
const FILE = 'https://api.example/files/1';

let last = 0;
const backend = createBackend({
  authenticate: () => ({ user: 'u1' }),
  authorize: () => true,
  exchange: () => ({ access_token: `FAKE-token-${(last += 1)}`, expires_in: 86_400 }),
  revoke: () => ({}),
  store: memory({ isFirst: true }),
});

const post = (path, type, body) =>
  backend.handle(
    new Request(`https://app.example${path}`, {
      method: 'POST',
      headers: { 'content-type': type, 'x-downscope': '1', 'sec-fetch-site': 'same-origin' },
      body,
    }),
  );
const form = (text) => post('/api/revoke', 'application/x-www-form-urlencoded', text);

async function cpuEach(count, work) {
  const before = process.cpuUsage();
  for (let number = 0; number < count; number += 1) await work(number);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000 / count;
}

async function minted(number) {
  const session = `page-${number % 5_000}`.padEnd(32, '0');
  const body = JSON.stringify({ resource: FILE, scope: 'read', session, id: String(number) });
  const answer = await post('/api/token', 'application/json', body);
  if (answer.status !== 200) throw new Error(`a token request was answered with ${answer.status}`);
}

const mint = await cpuEach(ON_RECORD, minted);
const { live } = await backend.stats();
const anonymous = await cpuEach(REVOKES, (number) => form(`token=made-up-${number}`));
const empty = await cpuEach(REVOKES, () => form('token='));

// A thousand made-up names a second for five seconds, and beside them what is on record.
const delays = [];
const waits = [];
for (let tick = 0; tick < 500; tick += 1) {
  const next = new Promise((resolve) => setTimeout(resolve, 10));
  for (let one = 0; one < 10; one += 1) waits.push(form(`token=flood-${tick}-${one}`));
  const since = performance.now();
  const revoked = form(`token=FAKE-token-${tick + 1}`);
  waits.push(revoked.then(() => delays.push(performance.now() - since)));
  await next;
}
await Promise.all(waits);
delays.sort((one, other) => one - other);

console.log(
  JSON.stringify(
    {
      onRecord: live,
      mint,
      anonymousRevoke: anonymous,
      refusedRevoke: empty,
      authenticUnderFlood: { p50: delays[250], p99: delays[495] },
      node: process.version,
    },
    null,
    2,
  ),
);
await backend.close({ patience: 100 });
process.exit(0);
