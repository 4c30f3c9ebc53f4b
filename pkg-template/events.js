// @ts-check

export class TokenEvent extends Event {
  /**
   * @param {string} type
   * @param {object} detail
   */
  constructor(type, detail) {
    super(type);
    this.detail = Object.freeze(detail);
  }
}
