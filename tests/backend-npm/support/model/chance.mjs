// Chance that is the same in each run: by a seed.

/** What is chosen by a seed (mulberry32). */
export function chanceOf(seed) {
  let state = seed >>> 0;
  const number = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (bound) => number() % bound;
  return {
    below,
    from: (least, most) => least + below(most - least + 1),
    is: (part) => number() < part * 0x1_0000_0000,
    among: (all) => all[below(all.length)],
    /** One of `[weight, choice]…`. */
    weighed(all) {
      let left = below(all.reduce((sum, [weight]) => sum + weight, 0));
      return all.find(([weight]) => (left -= weight) < 0)[1];
    },
  };
}

/** Makes this process's randomness that of a seed: keys, handles and waits are the same each time. */
export function seedCrypto(seed) {
  const { below } = chanceOf(seed);
  crypto.getRandomValues = (array) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    bytes.forEach((_, place) => (bytes[place] = below(256)));
    return array;
  };
}
