// The site: the documents of the repository as they are, with a search and no other host.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { slug } from 'github-slugger';
import { defineConfig } from 'vitepress';

import { descriptionOf } from './description.mjs';
import { sizedPictures } from './pictures.mjs';

const guide = (text, name) => ({ text, link: `/docs/guide/${name}` });
const reference = (text, name) => ({ text, link: `/docs/reference/${name}` });
const document = (text, name) => ({ text, link: `/docs/${name}` });

export default defineConfig({
  title: 'downscope',
  description: 'Downscoped access tokens in the browser: fetched, held in memory, refreshed ahead of expiry, revoked when the page goes away.',
  lang: 'en',
  // Written by `cargo xtask docs`.
  srcDir: '.src',
  cacheDir: '.cache',
  cleanUrls: false,
  lastUpdated: false,
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  transformPageData: ({ relativePath, description }, { siteConfig }) => ({
    description: description || descriptionOf(readFileSync(join(siteConfig.srcDir, relativePath), 'utf8')),
  }),
  markdown: {
    // As forges name headings, so that a link holds there and here.
    anchor: { slugify: slug },
    // Both with enough contrast for text.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    languageAlias: { 'rust,no_run': 'rust' },
    config(md) {
      sizedPictures(md);
      // What a forge shows for a directory is its README; of a site, it is the index.
      md.core.ruler.push('readme', ({ tokens }) => {
        const inline = tokens.flatMap(({ children }) => children ?? []);
        for (const token of inline.filter(({ type }) => type === 'link_open')) {
          token.attrSet('href', token.attrGet('href').replace(/README\.md(?=#|$)/, 'index.md'));
        }
      });
      // Nothing is no heading of a column.
      md.core.ruler.push('no-heading', ({ tokens }) => {
        tokens.forEach((token, place) => {
          if (token.type !== 'th_open' || tokens[place + 1].content) return;
          token.tag = tokens[place + 2].tag = 'td';
        });
      });
      // A table wider than a phone is scrolled, by the keyboard too.
      const { table_open: open } = md.renderer.rules;
      md.renderer.rules.table_open = (...given) =>
        `<div class="table" tabindex="0" role="group" aria-label="A table">${open?.(...given) ?? '<table>'}`;
      md.renderer.rules.table_close = () => '</table></div>';
    },
  },
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        detailedView: false,
        miniSearch: {
          searchOptions: {
            // Names such as `headers` are in every other document: who looks for one wants what it is.
            boostDocument: (id) => (id.includes('/reference/options') ? 8 : 1),
          },
        },
      },
    },
    outline: { level: [2, 3], label: 'On this page' },
    nav: [
      { text: 'Guides', link: '/docs/guide/' },
      { text: 'Reference', link: '/docs/reference/' },
      { text: 'Inside', link: '/docs/architecture' },
    ],
    sidebar: [
      {
        text: 'Begin',
        items: [
          { text: 'What it is', link: '/' },
          guide('The first token', 'first-token'),
          guide('The service beside an app', 'service'),
          guide('The npm package in Express', 'express'),
          guide('Install', 'install'),
          guide('Toolchains', 'toolchains'),
          guide('The demo and the tests', 'demo'),
        ],
      },
      {
        text: 'In the page',
        items: [
          guide('Box', 'box'),
          guide('Your own API', 'your-own-api'),
          guide('Frameworks', 'frameworks'),
          guide('Other clients', 'adapters'),
          guide('Media', 'media'),
          guide('Rust', 'rust'),
          guide('CSP and Trusted Types', 'csp'),
          guide('When the page goes away', 'when-the-page-goes-away'),
          guide('Sign-out everywhere', 'sign-out'),
          guide('Testing an app', 'testing'),
          guide('Migrating', 'migrating'),
          guide('Troubleshooting', 'troubleshooting'),
        ],
      },
      {
        text: 'The backend',
        items: [
          guide('In production', 'production'),
          guide('The endpoints', 'your-own-backend'),
          guide('Handlers to copy', 'backend-handlers'),
          { text: 'The service and the crate', link: '/backend/' },
          { text: 'The npm package', link: '/backend/npm/' },
          { text: 'The contract in words', link: '/contract/' },
        ],
      },
      {
        text: 'Reference',
        items: [
          reference('Options', 'options'),
          reference('The client and its grants', 'client'),
          reference('Events', 'events'),
          reference('Errors', 'errors/'),
          reference('The contract', 'contract'),
          reference('Browsers', 'browsers'),
          reference('API', 'api/'),
        ],
      },
      {
        text: 'Inside',
        items: [
          document('How it is built', 'architecture'),
          document('Decisions', 'decisions'),
          guide('Why WebAssembly', 'why-webassembly'),
          guide('What it protects from', 'protection'),
          guide('Isolation', 'isolation'),
          { text: 'Security', link: '/SECURITY' },
          { text: 'Contributing', link: '/CONTRIBUTING' },
          { text: 'Changes', link: '/CHANGELOG' },
        ],
      },
      {
        text: 'Measured',
        items: [
          document('Exits', 'exits'),
          document('What it costs', 'bench'),
          document('The service in trouble', 'backend'),
          document('A million pages', 'scale'),
          document('Mutants', 'mutants'),
        ],
      },
    ],
  },
});
