import { element, find } from '../dom.js';
import { kilobytes } from '../format.js';
import { createPager } from './pager.js';
import { createSource, patiently } from './source.js';

const KINDS = { 'application/pdf': 'PDF', image: 'Image', video: 'Video', audio: 'Audio' };
const ADVICE = {
  login_required: 'The session is over. Sign in again to see this file.',
  closed: 'The client is closed. Open one again to see this file.',
  revoked: 'The token was revoked while this file waited for it. Fetch again to get another.',
};

const familyOf = (type) => type.split('/')[0];

/**
 * The preview: a choice of files and a viewer for each kind.
 * `fetchContent(file, init)` and `openMedia(file, onError)` are all it knows of tokens.
 */
export function createPane(files, { fetchContent, openMedia, onChoose }) {
  const stage = find('#stage');
  const pager = createPager(stage);
  let chosen = files[0];
  let leaving = new AbortController();

  async function show() {
    leaving.abort();
    leaving = new AbortController();
    const { signal } = leaving;
    const file = chosen;
    const source = createSource((init) => fetchContent(file, init), signal, reportProgress);
    const fail = (error) => signal.aborted || showFailure(error);

    find('#preview-name').textContent = file.name;
    find('#transfer').textContent = '';
    stage.setAttribute('aria-busy', 'true');
    stage.replaceChildren(element('p', { class: 'stage-note' }, 'Fetching…'));
    try {
      if (file.type === 'application/pdf') {
        const { showPdf } = await import('./pdf.js');
        await showPdf(stage, source, { signal, pager, fail });
      } else {
        const { showMedia } = await import('./media.js');
        const open = (onError) => openMedia(file, onError);
        const show = () => showMedia(stage, open, { signal, kind: familyOf(file.type), name: file.name });
        await patiently(show, signal);
      }
    } catch (error) {
      fail(error);
    } finally {
      if (!signal.aborted) stage.setAttribute('aria-busy', 'false');
    }
  }

  function showFailure(error) {
    pager.close();
    stage.replaceChildren(element('p', { class: 'stage-note', role: 'alert' }, ADVICE[error.code] ?? error.message));
  }

  function reportProgress({ requests, bytes, total }) {
    find('#transfer').textContent =
      `${kilobytes(bytes)} of ${kilobytes(total)}, in ${requests} ${requests === 1 ? 'request' : 'requests'}`;
  }

  for (const file of files) {
    const input = element('input', { type: 'radio', name: 'file', checked: file === chosen });
    input.addEventListener('change', () => {
      chosen = file;
      onChoose(file);
      show();
    });
    const kind = KINDS[file.type] ?? KINDS[familyOf(file.type)] ?? 'File';
    find('#chooser').append(element('label', { title: file.name }, input, element('span', {}, kind)));
  }
  stage.tabIndex = 0;
  stage.setAttribute('role', 'region');
  stage.setAttribute('aria-label', 'Preview');
  find('#fetch-again').addEventListener('click', show);

  return { show };
}
