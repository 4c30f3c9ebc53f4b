// What runs in the page: opens clients, fills them and times batches of calls.

const now = performance.now.bind(performance);

// Ten thousand requests take most of a minute, and none is timed here: of the
// endpoint that hands out plain answers the page does the backend's work.
const network = fetch.bind(globalThis);
const PLAIN = new RegExp(`^${location.origin}/run/[^/]+/(\\d+)x(\\d+)/token$`);
let minted = 0;

globalThis.fetch = async (...request) => {
  const [, length, life] = PLAIN.exec(request[0]) ?? [];
  if (!length) return network(...request);
  minted += 1;
  const access_token = `fake.${minted}.`.padEnd(Number(length), 'x');
  const answer = { access_token, token_type: 'Bearer', expires_in: Number(life) };
  return new Response(JSON.stringify(answer), { headers: { 'content-type': 'application/json' } });
};

const opened = new Map();

/**
 * Opens a client under a name and gets a token for each of its grants. Of the
 * script there is one instance for each `instance`: by default neither code nor
 * WebAssembly is shared with another client of the same kind.
 */
async function open({ name, script, backend, grants, length, instance: of = name }) {
  const instance = `?${encodeURIComponent(of)}`;
  const { default: made } = await import(script + instance);
  const client = await made.open({ backend, grants, length, life: 3_600, memory: true });
  const { loops } = await import(`./loops.js${instance}`);
  opened.set(name, { client, loops, grants });
  const started = now();
  await fill(client, grants);
  return { ways: ['peek', 'token', 'header'].filter((way) => client[way]), filled: now() - started };
}

/** A few at a time: as many as a browser has connections. */
async function fill(client, grants) {
  let next = 0;
  const worker = async () => {
    while (next < grants) {
      const at = next;
      next += 1;
      await client.token(at);
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
}

/**
 * Nanoseconds per call of every batch, by subject: `{ name, way, at }`. The batches
 * of all subjects take turns, in an order that changes, so that whatever disturbs
 * the machine disturbs all of them.
 */
async function time({ subjects, batches, target }) {
  const runs = [];
  for (const { key, name, way, at } of subjects) {
    const { client, loops, grants } = opened.get(name);
    const once = loops[way];
    const batch = (calls) => once(client, { at, grants }, calls);
    runs.push({ key, batch, calls: await callsFor(batch, target), nanoseconds: [] });
  }
  for (let round = -WARM; round < batches; round += 1) {
    for (const run of shuffled(runs)) {
      const started = now();
      await run.batch(run.calls);
      const elapsed = now() - started;
      if (round >= 0) run.nanoseconds.push((elapsed * 1e6) / run.calls);
    }
    // Collects garbage in nobody's time, if the browser was told to allow that.
    globalThis.gc?.({ type: 'minor' });
  }
  return Object.fromEntries(runs.map(({ key, nanoseconds }) => [key, nanoseconds]));
}

const WARM = 3;

/** How many calls take about as long as `target`; compiled by then. */
async function callsFor(batch, target) {
  for (let calls = 8; ; calls *= 2) {
    // The fastest of some: one that was held up would stand for many calls.
    let elapsed = Infinity;
    for (let turn = 0; turn < 3 && elapsed >= target / 2; turn += 1) {
      const started = now();
      await batch(calls);
      elapsed = Math.min(elapsed, now() - started);
    }
    if (elapsed >= target / 2) return Math.max(4, Math.round((calls * target) / elapsed));
  }
}

function shuffled(list) {
  const mixed = [...list];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [mixed[last], mixed[other]] = [mixed[other], mixed[last]];
  }
  return mixed;
}

/** After how many turns of the microtask queue `await client.token(0)` goes on. */
async function turns(name) {
  const { client } = opened.get(name);
  let isDone = false;
  const use = async () => {
    await client.token(0);
    isDone = true;
  };
  use();
  let count = 0;
  while (!isDone) {
    count += 1;
    if (count > 1_000) return undefined;
    await undefined;
  }
  return count;
}

globalThis.bench = { open, time, turns, opened };
