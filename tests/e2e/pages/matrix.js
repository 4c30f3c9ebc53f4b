// The page around the cells of the fault matrix: opens their frames, and gathers
// what becomes of the callers in them.

const frames = [];
const outcomes = {};
let ready = 0;

addEventListener('message', ({ data: { what, name, outcome } }) => {
  if (what === 'ready') ready += 1;
  else outcomes[name] = outcome;
});

globalThis.matrix = {
  /** Lets the cells begin once those of all frames are there. */
  async open(addresses) {
    for (const src of addresses) {
      const frame = Object.assign(document.createElement('iframe'), { src });
      document.body.append(frame);
      frames.push(frame);
    }
    await heard(() => ready === frames.length);
    say('begin');
  },

  /** Every outcome so far, once those of `names` are there. */
  async outcomes(names) {
    await heard(() => names.every((name) => name in outcomes));
    return outcomes;
  },

  /** Those who let others go first need not wait any longer. */
  goOn: () => say('go on'),
};

function say(word) {
  for (const { contentWindow } of frames) contentWindow.postMessage(word, '*');
}

async function heard(condition) {
  while (!condition()) {
    await new Promise((resolve) => addEventListener('message', resolve, { once: true }));
  }
}
