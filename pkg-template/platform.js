// @ts-check
// What a client without tokens takes of the platform: once, when the first one is made, before
// scripts that a page loads later can put something else in its place. What passes through it
// is to be seen by nobody, so no method of the page's is called on the way.

/** @typedef {(port: MessagePort, message: unknown, moved?: Transferable[]) => void} Post */

/**
 * @typedef {object} Platform
 * @property {typeof Reflect.apply} apply
 * @property {typeof encodeURIComponent} encode
 * @property {typeof MessageChannel} Channel
 * @property {typeof ReadableStream} Stream
 * @property {typeof Request} Asked
 * @property {typeof Response} Answered
 * @property {typeof URLSearchParams} Form
 * @property {typeof setTimeout} later
 * @property {typeof clearTimeout} never
 * @property {(target: EventTarget, type: string, listener: (event: any) => void, capture?: boolean) => void} listen
 * @property {(event: MessageEvent) => any} dataOf
 * @property {Post} post
 * @property {(port: MessagePort) => void} start
 * @property {(target: Worker | Window, message: unknown, port: MessagePort, origin?: string) => void} introduce
 * @property {(worker: Worker) => void} terminate
 * @property {Window} page
 * @property {Document | undefined} root
 * @property {typeof fetch} fetch
 * @property {(url: string, body: URLSearchParams) => boolean} beacon
 * @property {Promise<unknown>['then']} then
 * @property {(changed: () => void, root: Node) => void} watch Calls back as what is directly below changes.
 */

/** @type {Platform | undefined} */
let taken;

export const platform = () => (taken ??= take());

/** @returns {Platform} */
const take = () => {
  const page = /** @type {any} */ (globalThis);
  const { apply, getOwnPropertyDescriptor } = Reflect;
  const { addEventListener } = EventTarget.prototype;
  const { postMessage, start } = MessagePort.prototype;
  const { postMessage: toWorker, terminate } = page.Worker?.prototype ?? {};
  const { postMessage: toWindow } = page;
  const data = /** @type {any} */ (getOwnPropertyDescriptor(MessageEvent.prototype, 'data')).get;
  const { fetch, navigator, MutationObserver: Observer } = page;
  const { observe } = Observer?.prototype ?? {};
  return {
    apply,
    encode: encodeURIComponent,
    Channel: MessageChannel,
    Stream: ReadableStream,
    Asked: Request,
    Answered: Response,
    Form: URLSearchParams,
    later: setTimeout.bind(page),
    never: clearTimeout.bind(page),
    listen: (target, type, listener, capture = false) => apply(addEventListener, target, [type, listener, capture]),
    dataOf: (event) => apply(data, event, []),
    post: (port, message, moved) => apply(postMessage, port, moved ? [message, moved] : [message]),
    start: (port) => apply(start, port, []),
    introduce: (target, message, port, origin) =>
      apply(origin ? toWindow : toWorker, target, origin ? [message, origin, [port]] : [message, [port]]),
    terminate: (worker) => apply(terminate, worker, []),
    page,
    root: page.document,
    fetch,
    beacon: navigator.sendBeacon?.bind(navigator),
    then: Promise.prototype.then,
    watch: (changed, root) => apply(observe, new Observer(changed), [root, { childList: true }]),
  };
};
