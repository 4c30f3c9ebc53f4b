// Where things are.

import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export { packageDirectory } from '../clients/bundle.mjs';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where results go, and what is made on the way to them. */
export const outDirectory = resolve(process.env.DOWNSCOPE_OUT ?? join(root, 'target'));
