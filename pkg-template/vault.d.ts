/**
 * A client for a page whose tokens are held by a keeper in a hidden frame, on an origin of its own. It sends
 * operations and gets their answers; no token, no WebAssembly, and no way to get a token of its own, is in
 * the page.
 *
 * @packageDocumentation
 */

import type { KeptClient } from './worker.js';

export { isTokenError, TokenError, TokenEvent } from './index.js';
export type { KeptClient, KeptGrant } from './worker.js';

/**
 * Loads the keeper's page into a hidden frame and connects to it. `address` is that of the page whose
 * script calls `serveKeeper`: on another origin than this page's, and on the same site, so that browsers
 * leave it its cookie.
 */
export function createTokenClient(address: string | URL): Promise<KeptClient>;
