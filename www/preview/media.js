import { element } from '../dom.js';

const ELEMENTS = {
  image: (src, name) => element('img', { src, alt: name }),
  video: (src, name) => element('video', { src, controls: true, loop: true, playsInline: true, 'aria-label': name }),
  audio: (src, name) => element('figure', {}, element('figcaption', {}, name), player(src, name)),
};

const player = (src, name) => element('audio', { src, controls: true, 'aria-label': name });

/**
 * Shows an image, a video or a sound with the platform's own element. Those
 * elements cannot send an `Authorization` header, and a token in a URL would
 * end up in logs: so the SDK fetches the content and the element gets a blob.
 */
export async function showMedia(stage, source, { signal, kind, name }) {
  const url = URL.createObjectURL(await source.whole());
  signal.addEventListener('abort', () => URL.revokeObjectURL(url));
  if (signal.aborted) return;
  stage.setAttribute('aria-label', name);
  stage.replaceChildren(ELEMENTS[kind](url, name));
}
