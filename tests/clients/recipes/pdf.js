import { getDocument, PDFDataRangeTransport } from 'pdfjs-dist';

/** @param {import('downscope').Grant} grant @param {string} url @param {number} length */
export const pdfWith = (grant, url, length) => {
  const range = new PDFDataRangeTransport(length, null);
  range.requestDataRange = async (begin, end) => {
    const headers = { Range: `bytes=${begin}-${end - 1}` };
    const response = await grant.fetch(url, { headers });
    if (!response.ok) return range.abort();
    range.onDataRange(begin, new Uint8Array(await response.arrayBuffer()));
  };
  return getDocument({ range, disableAutoFetch: true, disableStream: true });
};
