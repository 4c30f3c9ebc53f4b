// The repository's documents: their blocks of code, links and headings.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import GithubSlugger from 'github-slugger';
import MarkdownIt from 'markdown-it';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The text of a file of the repository. */
export const read = (path) => readFileSync(join(root, path), 'utf8');

/** Every document of the repository, those that are new included. */
export const documents = () =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);

const parser = new MarkdownIt({ html: true });

/** Blocks of code, each with what the comment before it says that it is held to. */
export function blocksOf(text) {
  const tokens = parser.parse(text, {});
  return tokens.flatMap((token, place) => {
    if (token.type !== 'fence' && token.type !== 'code_block') return [];
    const before = tokens[place - 1];
    const held = before?.type === 'html_block' && /<!-- held: (.*?) -->\s*$/.exec(before.content)?.[1];
    return [{ code: token.content, language: token.info, line: token.map[0] + 1, held: held || undefined }];
  });
}

/** The block that is held to a test which runs it under this name. */
export function blockNamed(document, name) {
  const block = blocksOf(read(document)).find(({ held }) => held?.endsWith(` as ${name}`));
  if (!block) throw new Error(`${document} has no block that is run as ${name}`);
  return block.code;
}

/** Where links and images lead, with their lines. */
export function linksOf(text) {
  let line = 0;
  return parser.parse(text, {}).flatMap(({ children, map }) => {
    // A cell of a table has no place of its own.
    if (map) line = map[0] + 1;
    const targets = (children ?? []).map(({ attrs }) => attrs?.find(([name]) => name === 'href' || name === 'src')?.[1]);
    return targets.filter(Boolean).map((target) => ({ target: decodeURI(target), line }));
  });
}

/** The anchors of the headings, as forges name them. */
export function anchorsOf(text) {
  const slugger = new GithubSlugger();
  const tokens = parser.parse(text, {});
  return tokens.flatMap(({ type }, place) => {
    if (type !== 'heading_open') return [];
    const parts = tokens[place + 1].children.filter(({ type }) => type === 'text' || type === 'code_inline');
    return [slugger.slug(parts.map(({ content }) => content).join(''))];
  });
}
