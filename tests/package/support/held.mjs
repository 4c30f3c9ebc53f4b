// What a block of code in a document can be held to. Each gives what is wrong, or nothing.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { commands } from './commands.mjs';
import { contract } from './contract.mjs';
import { read, root } from './markdown.mjs';

/** Whether it is a file, whole. What a recipe tells the type checker is not shown. */
function isFile({ code }, path) {
  const file = read(path).replaceAll(/^ *\/\*\* @param .*\n/gm, '');
  return file.trim() === code.trim() ? undefined : `it is not what ${path} has`;
}

/** Whether a file has these lines, one after the other, or (`lines`) each somewhere. */
function isInFile({ code }, rest) {
  const [path, ...options] = rest.split(', ');
  const changes = options.find((option) => option.startsWith('with '))?.slice(5).split(' ') ?? [];
  const changed = changes.reduce((text, change) => text.replaceAll(...change.split('=>')), code);
  const plain = (text) => text.trim().split('\n').map((line) => line.trim());
  const file = plain(read(path));
  const lines = plain(changed);
  const has = options.includes('lines')
    ? lines.every((line) => file.includes(line))
    : `\n${file.join('\n')}\n`.includes(`\n${lines.join('\n')}\n`);
  return has ? undefined : `${path} does not have it`;
}

/** Whether the test that is named reads this document. */
function isRun({ document }, rest) {
  const [, path, name] = /^(\S+) as (\S+)$/.exec(rest) ?? [];
  if (!path || !existsSync(join(root, path))) return 'it names no test that is there';
  const test = read(path);
  return test.includes(document) && test.includes(name) ? undefined : `${path} does not run ${name} of it`;
}

/** Whether each setting of the service is one that there is: its README is held to its table. */
function isSettings({ code }) {
  let section;
  for (const line of code.trim().split('\n')) {
    const [, opened] = /^\[(\w+)\]$/.exec(line) ?? [];
    const [, key] = /^(\w+) = /.exec(line) ?? [];
    section = opened ?? section;
    const setting = `${section}.${key?.replace(/_file$/, '')}`;
    if (!opened && !read('backend/README.md').includes(`| \`${setting}\` |`)) return `there is no ${setting}`;
  }
}

/** Whether what a Rust front end depends on is of the versions that are built here. */
function isManifest({ code }) {
  const workspace = read('Cargo.toml');
  for (const [, name, version] of code.matchAll(/^(\S+) = \{ version = "([\d.]+)"/gm)) {
    const [, found] = (name === 'downscope' ? /^version = "(.*?)"/m : new RegExp(`^${name} = .*?"([\\d.]+)"`, 'm')).exec(workspace) ?? [];
    if (!found?.startsWith(version)) return `${name} is ${found} here`;
  }
}

/** Whether it is the policy of a page, which a test opens. */
function isPolicy({ code }, page) {
  const [, policy] = /^Content-Security-Policy: (.*)$/.exec(code.trim()) ?? [];
  return policy && read(page).includes(`content="${policy}"`) ? undefined : `${page} has another policy`;
}

/** Whether the parameters are those that the example backend sends. */
function isOfBox({ code }) {
  const names = [...code.matchAll(/(?:^|&)([a-z_]+)=/gm)].map(([, name]) => name);
  const sent = read('examples/backends/node/box.mjs');
  return names.length ? names.find((name) => !sent.includes(name)) : 'it has no parameters';
}

/** By the first words of what a comment says. `types` is not here: all those are checked together. */
export const KINDS = {
  is: isFile,
  in: isInFile,
  'run by': isRun,
  commands,
  settings: isSettings,
  manifest: isManifest,
  policy: isPolicy,
  'http of Box': isOfBox,
  http: contract,
  json: contract,
};
