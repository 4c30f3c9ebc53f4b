// jsdom with all that the client needs, from Node: what docs/guide/testing.md says to add.

const Fixed = require('jest-fixed-jsdom');

module.exports = class extends Fixed {
  constructor(...given) {
    super(...given);
    this.global.DecompressionStream = DecompressionStream;
  }
};
