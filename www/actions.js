import { find } from './dom.js';
import { fileOf } from './format.js';

/** Gives each of the SDK's calls a button, and its result a line; the result is what they do. */
export function wireActions(app, { draw, showFile }) {
  const grant = () => app.grantFor(app.shown);

  const actions = {
    async use() {
      const { ok, status } = await grant().fetch(app.urlOf(app.shown));
      return `${status}: the file API ${ok ? 'answered with the file’s details' : 'refused'}.`;
    },
    async overreach() {
      const other = app.files.find((file) => file !== app.shown);
      const { status } = await grant().fetch(`${app.urlOf(other)}/content`);
      const opens = fileOf(grant().resource);
      return `${status} for ${fileOf(app.urlOf(other))}: this token opens ${opens} only, and no other is asked for.`;
    },
    async refresh() {
      await grant().token({ forceRefresh: true });
      return 'A new token is held. The former one is revoked later, for a viewer may still be using it.';
    },
    async revoke() {
      return `${summary(await grant().revoke())} The next use gets another.`;
    },
    async 'sign-out'() {
      const result = await app.tokens.revokeAll();
      await fetch('/api/logout', { method: 'POST' });
      swap('sign-out', 'sign-in');
      return `${summary(result)} The backend mints no more until you sign in.`;
    },
    async 'sign-in'() {
      await fetch('/api/login', { method: 'POST' });
      app.tokens.resume();
      swap('sign-in', 'sign-out');
      showFile();
      return 'Signed in.';
    },
    async close() {
      const result = await app.tokens.close();
      swap('close', 'reopen');
      return `${summary(result)} The client answers nothing any more.`;
    },
    async reopen() {
      await app.openClient();
      reflectSession(app.tokens);
      swap('reopen', 'close');
      showFile();
      return 'A new client is open.';
    },
  };

  for (const [id, act] of Object.entries(actions)) {
    find(`#${id}`).addEventListener('click', async () => {
      find('#outcome').textContent = 'Under way…';
      find('#outcome').textContent = await act().catch((error) => error.message);
      draw();
    });
  }
  reflectSession(app.tokens);
  return actions;
}

/** The session can end elsewhere too: in another tab, or at the backend. */
function reflectSession(tokens) {
  const isOver = () => swap('sign-out', 'sign-in');
  tokens.addEventListener('revoked', ({ detail }) => detail.reason === 'logout' && isOver());
  tokens.addEventListener('error', ({ detail }) => detail.error.code === 'login_required' && isOver());
}

function summary({ tokens, confirmed }) {
  if (tokens === 0) return 'There was no token to revoke.';
  const [count, are] = tokens === 1 ? ['1 token', 'it is'] : [`${tokens} tokens`, 'they are'];
  return `${count} dropped; the backend ${confirmed ? 'confirms' : 'has not confirmed'} that ${are} revoked.`;
}

/** Puts one button in the place of another, and the focus with it. */
function swap(gone, come) {
  const hadFocus = document.activeElement === find(`#${gone}`);
  find(`#${gone}`).hidden = true;
  find(`#${come}`).hidden = false;
  if (hadFocus) find(`#${come}`).focus();
}
