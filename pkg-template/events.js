// @ts-check

/** @type {typeof Event} The platform's, also where an old library has put its own in its place. */
const NativeEvent = 'AT_TARGET' in Event ? Event : Object.getPrototypeOf(CustomEvent);

export class TokenEvent extends NativeEvent {
  /**
   * @param {string} type
   * @param {object} detail
   */
  constructor(type, detail) {
    super(type);
    this.detail = Object.freeze(detail);
  }
}
