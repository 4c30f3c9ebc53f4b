/**
 * For an app's service worker: answers the URLs that `downscope/media` makes in its pages.
 *
 * @packageDocumentation
 */

/** Options of {@link serveMedia}. */
export interface ServeMediaOptions {
  /**
   * Origins of the API, such as `"https://api.example.com"`: the worker sends requests there and
   * nowhere else, whatever a page says. Or a function that gives them, called for each request.
   */
  origins: readonly string[] | (() => readonly string[] | PromiseLike<readonly string[]>);
  /** The folder of the URLs, relative to the worker's scope; with a slash at its end. Default `"downscope-media/"`. */
  path?: string;
  /** How long a page may take to say that a URL is its own, in milliseconds; after that the answer is a 504. Default 10,000. */
  timeout?: number;
  /**
   * Whether a page that asks for it comes under this worker without being loaded again: one that was
   * loaded before the worker was there, or past it (a hard reload). With it come all other pages
   * of the scope that have no worker. Default true.
   */
  claim?: boolean;
}

/**
 * Answers media URLs, and touches no other request. Call it once, as the worker starts and before other
 * listeners of `fetch` are added. Throws a `TypeError` where an option is ill-typed.
 */
export function serveMedia(options: ServeMediaOptions): void;
