import { mediaOf } from 'downscope/media';
import { wireActions } from './actions.js';
import { find } from './dom.js';
import { createReporter } from './events.js';
import { wireFaults } from './faults.js';
import { fileOf } from './format.js';
import { firstHost, openClientIn, wireHosts } from './hosts.js';
import { drawLeases, explainLeases } from './leases.js';
import { createOwnership, drawLedger, followLedger } from './ledger.js';
import { createPane } from './preview/pane.js';
import { drawRing } from './ring.js';
import { wireSight } from './sight.js';
import { createTimeline } from './timeline.js';

const { apiOrigin, files, leaseTerm, upstream, vaultOrigin } = await (await fetch('/config.json')).json();
const ownership = createOwnership();
const timeline = createTimeline(find('#timeline'), ownership);
const reporter = createReporter(timeline, draw);

// All that the page does with the SDK: `hosts.js` opens the client, `events.js` listens, `actions.js` has a
// button for the rest.
const app = {
  files,
  host: firstHost(vaultOrigin),
  shown: files[0],
  tokens: undefined,
  vaultOrigin,

  async openClient() {
    app.tokens = await openClientIn(app.host, vaultOrigin);
    reporter.listenTo(app.tokens);
    ownership.others = app.host === 'page' ? 'another page' : 'a page';
    if (app.host !== 'page') return;
    app.tokens.addEventListener('refreshed', ({ detail }) => {
      const file = files.find((candidate) => app.urlOf(candidate) === detail.resource);
      ownership.claim(app.grantFor(file).peek());
    });
  },

  urlOf: (file) => `${apiOrigin}/2.0/files/${file.id}`,

  /** Asks the backend for nothing yet: the first `fetch` does. */
  grantFor: (file) =>
    app.tokens.grant({ resource: app.urlOf(file), scopes: ['base_preview', 'item_download'] }),

  fetchContent: (file, init) => app.grantFor(file).fetch(`${app.urlOf(file)}/content`, init),

  /** A URL of its content for elements, until it is closed; `media-sw.js` answers it. */
  async openMedia(file, onError) {
    if (app.host !== 'page') return app.openWhole(file);
    const media = await mediaOf(app.grantFor(file), { onError });
    return { url: media.url(`${app.urlOf(file)}/content`), close: media.close };
  },

  /** The same without a service worker, which is given no header where the page has none. */
  async openWhole(file) {
    const response = await app.fetchContent(file);
    if (!response.ok) throw new Error(`The file API answered ${response.status}.`);
    const url = URL.createObjectURL(await response.blob());
    return { url, close: () => URL.revokeObjectURL(url) };
  },

  /** Another token for what is shown, now. */
  async renew() {
    const grant = app.grantFor(app.shown);
    if (app.host === 'page') return void (await grant.token({ forceRefresh: true }));
    await grant.revoke();
    await (await grant.fetch(app.urlOf(app.shown))).text();
  },
};

function draw() {
  const grant = app.grantFor(app.shown);
  drawRing(grant.state);
  find('#token-grant').textContent =
    `Opens ${fileOf(grant.resource)} only, for ${grant.scopes.join(' and ')}.`;
}

async function start() {
  navigator.serviceWorker?.register('media-sw.js');
  await app.openClient();
  const pane = createPane(files, {
    fetchContent: app.fetchContent,
    openMedia: app.openMedia,
    onChoose(file) {
      app.shown = file;
      draw();
    },
  });
  const { reopen } = wireActions(app, { draw, showFile: pane.show });
  const settled = wireHosts(vaultOrigin, async (host) => {
    await app.tokens?.close();
    app.host = host;
    await reopen();
    draw();
  });
  wireSight(app, settled);
  await wireFaults(upstream, {
    say: reporter.sayOfVisitor,
    renew: app.renew,
  });
  followLedger((ledger) => {
    ownership.learnFrom(ledger.tokens);
    drawLedger(ledger, ownership);
    drawLeases(ledger, ownership);
    timeline.setServerLog(ledger.log, ledger.tokens);
  });
  explainLeases(leaseTerm);
  reporter.listenToConnection();
  find('#upstream-embedded').hidden = upstream === 'box';
  find('#upstream-box').hidden = upstream !== 'box';
  setInterval(draw, 1000);
  draw();
  await pane.show();
}

function showBanner(error) {
  find('#banner').textContent = `Something went wrong: ${error.message}`;
  find('#banner').hidden = false;
}

addEventListener('unhandledrejection', ({ reason }) => showBanner(reason));
start().catch(showBanner);
