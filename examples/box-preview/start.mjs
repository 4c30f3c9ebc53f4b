// Serves the page, with a stand-in for Box and for the app's backend (that of `tests/clients`).

import { fileURLToPath } from 'node:url';

import { startBox } from '../../tests/clients/support/box.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const box = await startBox({
  '/pkg/': here('../../pkg'),
  '/buie/': here('node_modules/box-ui-elements/dist'),
  '/static/': here('../../tests/clients/pages/static'),
  '/': here('.'),
});
console.log(`${box.app}/index.html?api=${box.api}`);
