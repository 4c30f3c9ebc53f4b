import { find } from './dom.js';
import { fileOf, timeOfDay } from './format.js';

/** Puts what the SDK tells into words: for the timeline, and for screen readers. */
export function createReporter(timeline, onChange) {
  const holding = new Set();

  function report(tone, title, detail) {
    timeline.add(tone, title, detail);
    find('#announcer').textContent = `${title}. ${detail}`;
    onChange();
  }

  return {
    listenTo(client) {
      const on = (type, tell) =>
        client.addEventListener(type, ({ detail }) => tell(fileOf(detail.resource), detail));

      on('refreshed', (file, { expiresAt }) => {
        const title = holding.has(file) ? 'Token replaced' : 'Token arrived';
        report('good', title, `${file}, good until ${timeOfDay(expiresAt)}`);
        holding.add(file);
      });
      on('expiring', (file) => {
        report('quiet', 'Refresh point passed', `${file}: the token is used on while the next one is fetched`);
      });
      on('expired', (file) => {
        holding.delete(file);
        report('bad', 'Token expired', `${file}: callers wait for another`);
      });
      on('revoked', (file, { reason }) => {
        holding.delete(file);
        report('warn', 'Revoked', `${file}: ${reason}`);
      });
      on('error', (file, { error }) => {
        const next = error.retryable ? 'is retried' : 'is not retried';
        report('bad', 'No token this time', `${file}: ${error.code}, ${next}`);
      });
    },

    listenToConnection() {
      addEventListener('offline', () => report('bad', 'Offline', 'the browser says so'));
      addEventListener('online', () => report('good', 'Online again', 'the browser says so'));
    },

    sayOfVisitor: (what) => timeline.add('you', 'You', what),
  };
}
