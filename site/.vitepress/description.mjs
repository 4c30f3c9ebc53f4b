// What a search engine shows of a page.

/** Also a message of an error, as its page quotes it. */
const PROSE = /^[\p{L}\d`["'>]|^\*\S/u;

const CODE = /^```.*?^```/gms;

/** What is shorter says as good as nothing: "Retryable: no." */
const SHORTEST = 20;

/** So much of it is shown. */
const LENGTH = 160;

/** The first paragraph of a document, as plain text and no longer than is shown; nothing where there is none. */
export function descriptionOf(markdown) {
  const blocks = markdown.replace(CODE, '').split(/\n{2,}/);
  const text = blocks
    .find((block) => PROSE.test(block) && block.length >= SHORTEST)
    ?.replace(/^> ?/gm, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  if (!text || text.length <= LENGTH) return text;
  return `${text.slice(0, text.lastIndexOf(' ', LENGTH - 1))}…`;
}
