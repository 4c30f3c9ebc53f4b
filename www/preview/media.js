import { element } from '../dom.js';

const ELEMENTS = {
  image: (src, name) => element('img', { src, alt: name }),
  video: (src, name) =>
    element('video', { src, controls: true, loop: true, playsInline: true, crossOrigin: 'anonymous', 'aria-label': name }),
  audio: (src, name) => element('audio', { src, controls: true, crossOrigin: 'anonymous', 'aria-label': name }),
};

/** When it is shown, or as good as. */
const SHOWN = { image: 'load', video: 'loadedmetadata', audio: 'loadedmetadata' };

/**
 * Shows an image, a video or a sound with the platform's own element. Those elements cannot send
 * an `Authorization` header, and a token in a URL would end up in logs: so it gets a URL that the
 * service worker answers, in ranges. `openMedia(onError)` makes that.
 */
export async function showMedia(stage, openMedia, { signal, kind, name }) {
  let reason;
  const { url, close } = await openMedia((error) => {
    reason = error;
  });
  signal.addEventListener('abort', close);
  if (signal.aborted) return close();
  const shown = ELEMENTS[kind](url, name);
  const outcome = new Promise((resolve, reject) => {
    shown.addEventListener(SHOWN[kind], resolve, { once: true });
    shown.addEventListener('error', () => reject(reason ?? new Error('The file API did not send it.')), { once: true });
  });
  stage.setAttribute('aria-label', name);
  stage.replaceChildren(kind === 'audio' ? element('figure', {}, element('figcaption', {}, name), shown) : shown);
  await outcome;
}
