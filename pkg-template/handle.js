// @ts-check

/** Where an object gives itself. */
export const self = Symbol();

/** @this {any} */
function own() {
  return this;
}

/**
 * What apps hold, and what libraries for state wrap in a `Proxy` or copy. Those
 * have neither its private fields nor what makes it an `EventTarget`: each
 * method starts from what they do hand on, the object itself.
 */
export class Handle extends EventTarget {
  /**
   * A function: nobody wraps or copies that. Bound, which takes half the memory of one
   * that keeps its surroundings.
   *
   * @type {() => this}
   */
  [self] = own.bind(this);

  /** @param {Parameters<EventTarget['addEventListener']>} listener */
  addEventListener(...listener) {
    super.addEventListener.apply(this[self](), listener);
  }

  /** @param {Parameters<EventTarget['removeEventListener']>} listener */
  removeEventListener(...listener) {
    super.removeEventListener.apply(this[self](), listener);
  }

  /** @param {Event} event */
  dispatchEvent(event) {
    return super.dispatchEvent.call(this[self](), event);
  }
}
