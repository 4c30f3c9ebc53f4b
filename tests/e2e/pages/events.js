// What a test says of the page: that it is hidden, that it was seen, that it went. A
// classic script, so that it is there before the SDK, which takes these of the platform
// at its first client and takes no event of a script's for the page's own.

{
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
  const { get: isHidden } = Object.getOwnPropertyDescriptor(Document.prototype, 'hidden');

  /** Who listens to the page and its document. */
  let listeners = [];
  let hidden;

  const isCapturing = (options) => options === true || !!options?.capture;

  const is = (target, type, listener, options) => (one) =>
    one.target === target &&
    one.type === type &&
    one.listener === listener &&
    one.capture === isCapturing(options);

  const isPage = (target) => target === globalThis || target === document;

  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const target = this ?? globalThis;
    add.call(target, type, listener, options);
    if (isPage(target) && !listeners.some(is(target, type, listener, options))) {
      listeners.push({ target, type, listener, capture: isCapturing(options) });
    }
  };

  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    const target = this ?? globalThis;
    remove.call(target, type, listener, options);
    listeners = listeners.filter((one) => !is(target, type, listener, options)(one));
  };

  Object.defineProperty(Document.prototype, 'hidden', {
    configurable: true,
    get() {
      return hidden ?? isHidden.call(this);
    },
  });

  const OF_THE_DOCUMENT = ['visibilitychange', 'resume', 'prerenderingchange'];

  globalThis.events = {
    /** Tells the listeners of an event, as the browser does it. */
    tell(type, fields) {
      const target = OF_THE_DOCUMENT.includes(type) ? document : globalThis;
      const told = listeners.filter((one) => one.target === target && one.type === type);
      told.sort((one, other) => other.capture - one.capture);
      for (const { listener } of told) listener.call(target, { type, target, isTrusted: true, ...fields });
    },
    /** Says whether the page is hidden, and tells. */
    hide(value) {
      hidden = value;
      events.tell('visibilitychange');
    },
  };
}
