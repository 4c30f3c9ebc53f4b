import { GlobalWorkerOptions, PDFDataRangeTransport, TextLayer, getDocument } from 'pdfjs-dist';
import { element } from '../dom.js';

GlobalWorkerOptions.workerSrc = import.meta.resolve('pdfjs-dist/build/pdf.worker.min.mjs');

const RANGE = 16 * 1024; // small, so that one document takes many requests

/** Hands the document to pdf.js range by range, each fetched with whatever token is current by then. */
class RangeTransport extends PDFDataRangeTransport {
  #source;
  #fail;

  constructor(source, { bytes, total }, fail) {
    super(total, bytes);
    this.#source = source;
    this.#fail = fail;
  }

  async requestDataRange(begin, end) {
    try {
      const { bytes } = await this.#source.range(begin, end);
      this.onDataRange(begin, bytes);
    } catch (error) {
      this.#fail(error);
    }
  }
}

/** Shows a PDF in `stage`; `fail` hears of what goes wrong once it is open. */
export async function showPdf(stage, source, { signal, pager, fail }) {
  const range = new RangeTransport(source, await source.range(0, RANGE), fail);
  const opening = getDocument({
    range,
    rangeChunkSize: RANGE,
    // Fetch a page's ranges when it is turned to, and not the rest behind it.
    disableAutoFetch: true,
    disableStream: true,
    disableWorkerRendering: true,
  });
  signal.addEventListener('abort', () => opening.destroy());
  const pdf = await opening.promise;

  let number = 1;
  let rendering;
  let drawnWidth = 0;

  async function draw() {
    rendering?.cancel();
    const page = await pdf.getPage(number);
    if (page.pageNumber !== number) return;

    const unscaled = page.getViewport({ scale: 1 });
    drawnWidth = stage.clientWidth;
    const scale = drawnWidth / unscaled.width;
    const canvas = element('canvas', { 'aria-hidden': 'true' });
    const viewport = page.getViewport({ scale: scale * devicePixelRatio });
    canvas.width = Math.floor(viewport.width);
    canvas.height = Math.floor(viewport.height);

    rendering = page.render({ canvas, viewport });
    await rendering.promise;

    const text = element('div', { class: 'text-layer' });
    const sheet = element('div', { class: 'sheet' }, canvas, text);
    sheet.style.setProperty('--total-scale-factor', String(scale));
    await new TextLayer({
      textContentSource: await page.getTextContent(),
      container: text,
      viewport: page.getViewport({ scale }),
    }).render();
    if (signal.aborted || page.pageNumber !== number) return;
    stage.replaceChildren(sheet);
    stage.setAttribute('aria-label', `Page ${number} of ${pdf.numPages}`);
  }

  const redraw = () => draw().catch((error) => signal.aborted || isSuperseded(error) || fail(error));

  const resized = new ResizeObserver(() => {
    if (Math.abs(stage.clientWidth - drawnWidth) > 1) redraw();
  });
  signal.addEventListener('abort', () => resized.disconnect());

  await draw();
  resized.observe(stage);
  pager.open(pdf.numPages, (turnedTo) => {
    number = turnedTo;
    redraw();
  });
  signal.addEventListener('abort', () => pager.close());
}

const isSuperseded = (error) => error.name === 'RenderingCancelledException';
