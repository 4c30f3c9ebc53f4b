// Commands in documents: what they call, and what they name, is there.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { blocksOf, linksOf, read, root } from './markdown.mjs';

/** What is wrong with the lines of a shell; nothing if each can be made sense of. */
export function commands({ code, document }) {
  const lines = code.replaceAll('\\\n', ' ').replaceAll(/\s#.*$/gm, '').split('\n');
  return lines
    .flatMap((line) => line.split('&&'))
    .map((command) => command.replace(/&\s*$/, '').trim())
    .filter(Boolean)
    .map((command) => wrong(command, document))
    .find(Boolean);
}

function wrong(command, document) {
  const [program, ...words] = command.split(/\s+/);
  const check = PROGRAMS[program];
  return check ? check(words, document, command) : `nobody knows ${program}`;
}

const has = (path) => (existsSync(join(root, path)) ? undefined : `there is no ${path}`);

const PROGRAMS = {
  cargo: ([what, ...words]) => {
    if (what === 'xtask') {
      return read('xtask/src/main.rs').includes(`\n  ${words[0]} `) ? undefined : `xtask has no ${words[0]}`;
    }
    if (what !== 'install' && what !== 'add') return `cargo ${what} is not looked into`;
    const manifest = read('backend/Cargo.toml');
    const features = words[words.indexOf('--features') + 1].split(',');
    const missing = features.find((feature) => !new RegExp(`^${feature} = `, 'm').test(manifest));
    const profile = words.includes('--profile') && words[words.indexOf('--profile') + 1];
    if (profile && !read('Cargo.toml').includes(`[profile.${profile}]`)) return `there is no profile ${profile}`;
    return missing && `the backend has no feature ${missing}`;
  },
  npm: ([what, ...words]) => {
    if (what === 'create') return words[0] === 'vite@latest' ? undefined : `npm create ${words[0]}`;
    const name = words.find((word) => !word.startsWith('--'));
    // Of the version that is tested.
    const isOfBox = name === `box-ui-elements@${JSON.parse(read('tests/clients/package.json')).devDependencies['box-ui-elements']}`;
    const isOwn = Object.entries(TARBALLS).some(([own, path]) => name === own || name.endsWith(`/${path}/${own}-${version()}.tgz`));
    return what === 'install' && (isOwn || isOfBox || name === 'express') ? undefined : `npm ${what} ${name}`;
  },
  openssl: ([what]) => (what === 'rand' ? undefined : `openssl ${what} is not looked into`),
  echo: () => undefined,
  python3: ([file], document) => isShown(file, document),
  cd: () => undefined,
  cp: ([, from]) => has(from.replace(/^\.\.\/downscope\//, '')),
  node: ([file], document) => isShown(file, document),
  export: (_, document, command) =>
    [...command.matchAll(/([A-Z_]+)=/g)].map(([, name]) => name).find((name) => !isVariable(name)),
  'downscope-backend': (words) => {
    const known = read('backend/src/service/args.rs');
    return words.find((word) => word.startsWith('--') && !known.includes(`"${word}"`));
  },
};

/** Where the tarballs of this repository are made. */
const TARBALLS = { downscope: 'target/package', 'downscope-backend': 'target/downscope-backend/package' };

/** Whether a document has a file, or another one that it links to, or the repository. */
function isShown(file, document) {
  const linked = linksOf(read(document)).map(({ target }) => join(dirname(document), target.split('#')[0]));
  const guides = [document, ...linked.filter((path) => path.startsWith('docs/guide/'))];
  const shows = (guide) => blocksOf(read(guide)).some(({ held }) => held?.endsWith(` as ${file}`));
  return guides.some(shows) ? undefined : has(file);
}

const version = () => /^version = "(.*?)"/m.exec(read('Cargo.toml'))[1];

function isVariable(name) {
  if (!name.startsWith('DOWNSCOPE_')) return read('examples/backends/README.md').includes(`\`${name}\``);
  const setting = name.replace(/_FILE$/, '').slice('DOWNSCOPE_'.length).toLowerCase().replace('_', '.');
  return read('backend/README.md').includes(`| \`${setting}\` |`);
}
