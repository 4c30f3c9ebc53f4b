// Pictures with their size, so that a page keeps their place for them while they load.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SVG = /^<svg [^>]*width="(\d+)" height="(\d+)"/;

/** For markdown-it: says of each picture that is a file how large it is. */
export const sizedPictures = (md) =>
  md.core.ruler.push('sized-pictures', ({ tokens, env }) => {
    const inline = tokens.flatMap(({ children }) => children ?? []);
    for (const token of inline.filter(({ type }) => type === 'image')) {
      const size = sizeOf(join(dirname(env.path), token.attrGet('src')));
      ['width', 'height'].forEach((name, place) => token.attrSet(name, String(size[place])));
    }
  });

function sizeOf(file) {
  const bytes = readFileSync(file);
  if (file.endsWith('.png')) return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const [, width, height] = SVG.exec(bytes.toString()) ?? [];
  if (!height) throw new Error(`${file} does not say how large it is`);
  return [width, height];
}
