// Some cells of the fault matrix, each with a client of its own: all at once, as
// far as the test in the page's address wants it.

import { createTokenClient } from '/pkg/index.js';

const { hash, searchParams } = new URL(location.href);
const resource = `${searchParams.get('api')}/2.0/files/101`;
const cells = JSON.parse(decodeURIComponent(hash.slice(1)));

const allAreReady = said('begin');
const othersAreOver = said('go on');

/** What a cell does with its client; each fills in what its caller is told. */
const lives = {
  /** Ends with the client. */
  async close(client, grant, cell, outcome) {
    const { site } = cell;
    outcome.token = await tokenOf(grant);
    if (site === 'outlasted') outcome.revoke = await revokeInVain(grant, cell);
    // Nobody is told how a request for a lease has ended.
    if (site === 'lease') await othersAreOver;
    outcome.close = await client.close();
  },

  /** Ends with the page. */
  async leave(client, grant, cell, outcome) {
    const { site } = cell;
    outcome.token = await tokenOf(grant);
    if (site === 'outlasted') outcome.revoke = await revokeInVain(grant, cell);
    if (/revoke|told/.test(site)) outcome.revoke = await grant.revoke();
    if (site === 'lease') await othersAreOver;
  },

  /** Ends with the page, before anybody is told anything. */
  async 'at once'(client, grant, { kind }) {
    const token = tokenOf(grant);
    if (kind === 'token') return;
    await token;
    if (kind === 'revoke') grant.revoke();
  },
};

/** What the callers wait for. */
const asked = [];

const clients = await Promise.all(cells.map(open));
// Nobody begins who would be in the way of others while they load.
tell('ready');
await allAreReady;
for (const begins of [(cell) => !isShort(cell), isShort]) {
  cells.forEach((cell, index) => begins(cell) && live(cell, clients[index]));
  await Promise.all(asked);
}

/**
 * Whether its requests may take so little time that they must not have to wait
 * for a connection.
 */
function isShort({ ending, fault }) {
  return fault === 'never' && ending !== 'at once';
}

function open(cell) {
  return createTokenClient({
    tokenEndpoint: at(cell, 'token'),
    revokeEndpoint: at(cell, 'revoke'),
    ...(cell.site === 'lease' && { leaseEndpoint: at(cell, 'lease') }),
    ...(isShort(cell) && { requestTimeout: 1_500 }),
    headers: { 'X-Downscope': '1' },
  });
}

async function live(cell, client) {
  const outcome = {};
  try {
    const grant = client.grant({ resource, scopes: ['base_preview'] });
    await lives[cell.ending](client, grant, cell, outcome);
  } catch (error) {
    outcome.thrown = String(error);
  }
  tell('over', { name: cell.name, outcome });
}

/** `token`, or the code of the error. */
function tokenOf(grant) {
  const token = grant.token().then(
    () => 'token',
    ({ code }) => code,
  );
  asked.push(token);
  return token;
}

/** What has become of a revoke before the backend could be reached again. */
async function revokeInVain(grant, cell) {
  const result = await grant.revoke();
  await fetch(at(cell, 'mend'), { method: 'POST' });
  return result;
}

/** Where a cell finds an endpoint. */
function at({ name }, endpoint) {
  return `/cell/${encodeURIComponent(name)}/api/${endpoint}`;
}

function tell(what, more) {
  parent.postMessage({ what, ...more }, '*');
}

/** Resolves when the page around says this. */
function said(word) {
  return new Promise((resolve) => {
    addEventListener('message', ({ data }) => data === word && resolve());
  });
}
