// The demo server's control plane; an application's backend has none.

import { find } from './dom.js';

const ENDPOINT_FAULTS = {
  ok: null,
  unavailable: { status: 503, retryAfter: 5 },
  malformed: { status: 200, shape: 'truncated' },
  slow: { latencyMs: 3000 },
  silent: { latencyMs: 120_000 },
};

/** Wires the switches. They show what the server is set to, which another tab may have changed. */
export async function wireFaults(upstream, { say, renew }) {
  reflect(await startingFaults());
  // Nobody but Box can say how long Box's tokens live.
  find('#fault-lifetime').hidden = find('#fault-now').hidden = upstream === 'box';

  onChoice('lifetime', async (value, label) => {
    await control('faults', { lifetimeSeconds: Number(value) });
    say(`let tokens live for ${label}; one is asked for now`);
    renew().catch(() => {}); // in an outage it fails, and the timeline says so
  });
  onChoice('endpoint', async (value, label) => {
    await control('faults', { token: ENDPOINT_FAULTS[value] });
    say(`changed the token endpoint: it ${label}`);
  });
  find('#expire').addEventListener('click', async () => {
    await control('expire');
    say('made the file API refuse every token minted so far');
  });
}

function onChoice(name, choose) {
  for (const input of document.getElementsByName(name)) {
    input.addEventListener('change', () => choose(input.value, input.parentElement.textContent.trim()));
  }
}

/** On an untouched server, three minutes (a demo in which nothing happens for fifty is none), and handles. */
async function startingFaults() {
  const [faults, { requests }] = await Promise.all([read('faults'), read('ledger')]);
  const untouched = requests.token === 0 && faults.lifetimeSeconds === 3600;
  return untouched ? control('faults', { lifetimeSeconds: 180, handles: true }) : faults;
}

function reflect({ lifetimeSeconds, token }) {
  check('lifetime', String(lifetimeSeconds));
  check('endpoint', nameOf(token));
}

/** The switch that a fault was set by; none, if by something else than this page. */
function nameOf(fault) {
  const isSetBy = ([, settings]) =>
    settings && fault ? Object.entries(settings).every(([key, value]) => fault[key] === value) : !settings && !fault;
  return Object.entries(ENDPOINT_FAULTS).find(isSetBy)?.[0];
}

function check(name, value) {
  for (const input of document.getElementsByName(name)) input.checked = input.value === value;
}

const read = async (path) => (await fetch(`/control/${path}`)).json();

async function control(path, body) {
  const response = await fetch(`/control/${path}`, { method: 'POST', body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error(`The demo server answered ${response.status}.`);
  return response.status === 204 ? undefined : response.json();
}
