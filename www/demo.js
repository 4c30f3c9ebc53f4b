import { createTokenClient } from 'downscope';
import { mediaOf } from 'downscope/media';
import { wireActions } from './actions.js';
import { find } from './dom.js';
import { createReporter } from './events.js';
import { wireFaults } from './faults.js';
import { fileOf } from './format.js';
import { drawLeases, explainLeases } from './leases.js';
import { createOwnership, drawLedger, followLedger } from './ledger.js';
import { createPane } from './preview/pane.js';
import { drawRing } from './ring.js';
import { createTimeline } from './timeline.js';

const { apiOrigin, files, leaseTerm, upstream } = await (await fetch('/config.json')).json();
const ownership = createOwnership();
const timeline = createTimeline(find('#timeline'), ownership);
const reporter = createReporter(timeline, draw);

// All that the page does with the SDK; `events.js` listens, `actions.js` has a button for the rest.
const app = {
  files,
  shown: files[0],
  tokens: undefined,

  async openClient() {
    app.tokens = await createTokenClient({
      tokenEndpoint: '/api/token',
      revokeEndpoint: '/api/revoke',
      leaseEndpoint: '/api/lease',
      headers: { 'X-Downscope': '1' },
    });
    reporter.listenTo(app.tokens);
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
    const media = await mediaOf(app.grantFor(file), { onError });
    return { url: media.url(`${app.urlOf(file)}/content`), close: media.close };
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
  wireActions(app, { draw, showFile: pane.show });
  await wireFaults(upstream, {
    say: reporter.sayOfVisitor,
    renew: () => app.grantFor(app.shown).token({ forceRefresh: true }),
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
