// What a script that gets into a page late can listen to: the 13 places of SECURITY.md, and some more, each
// with something in the place of the platform's own. Classic, so that a test can put it into a page whenever it likes.

// Its own dealings are not to be heard.
const { apply, construct, defineProperty, getOwnPropertyDescriptor } = Reflect;
const kept = [];
let at = 0;
let isBusy = false;

/** Every text in what passed, up to some depth. */
function textsIn(value, depth, texts) {
  if (typeof value === 'string') texts.text += `${value}\n`;
  if (depth === 0 || value === null || typeof value !== 'object') return;
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer ?? value);
    let text = '';
    for (let index = 0; index < bytes.length && index < 4096; index += 1) text += fromCode(bytes[index]);
    texts.text += `${text}\n`;
    return;
  }
  for (const name in value) {
    try {
      textsIn(value[name], depth - 1, texts);
    } catch {
      // A getter that throws tells nothing.
    }
  }
}
const fromCode = String.fromCharCode;

function hear(place, value) {
  if (isBusy) return;
  isBusy = true;
  const texts = { text: '' };
  try {
    textsIn(value, 3, texts);
    if (typeof value?.toString === 'function' && value instanceof Form) texts.text += `${apply(formText, value, [])}\n`;
  } catch {
    // Nothing is to be seen there.
  }
  kept[at] = [place, texts.text];
  at += 1;
  isBusy = false;
}
const Form = URLSearchParams;
const formText = URLSearchParams.prototype.toString;

function wrap(place, owner, name) {
  const real = owner?.[name];
  if (typeof real !== 'function') return;
  const hook = function (...given) {
    hear(place, this);
    for (let index = 0; index < given.length; index += 1) hear(place, given[index]);
    const made = new.target ? construct(real, given, new.target === hook ? real : new.target) : apply(real, this, given);
    hear(place, made);
    return made;
  };
  if (real.prototype) hook.prototype = real.prototype;
  owner[name] = hook;
}

globalThis.installHooks = () => {
  const page = globalThis;
  const all = (place, owner, names) => {
    for (const name of names) wrap(place, owner, name);
  };
  const { Headers, Response, XMLHttpRequest, MessagePort, Worker, EventTarget, Navigator, MessageEvent } = page;
  all('fetch', page, ['fetch']);
  all('Headers', page, ['Headers']);
  all('Headers.set', Headers.prototype, ['set']);
  all('Headers.append', Headers.prototype, ['append', 'get']);
  all('Request', page, ['Request', 'Response']);
  all('JSON.parse', JSON, ['parse', 'stringify']);
  all('Response.json', Response.prototype, ['json', 'text', 'arrayBuffer', 'clone']);
  all('XMLHttpRequest', XMLHttpRequest.prototype, ['open', 'send', 'setRequestHeader']);
  all('MessagePort', page, ['MessageChannel', 'postMessage', 'Worker']);
  all('MessagePort', MessagePort.prototype, ['postMessage', 'start']);
  all('MessagePort', Worker.prototype, ['postMessage', 'terminate']);
  all('MessagePort', EventTarget.prototype, ['addEventListener', 'dispatchEvent']);
  all('Map.set', Map.prototype, ['set', 'get']);
  all('String', String.prototype, ['slice', 'split', 'replace', 'trim', 'concat']);
  all('Object.defineProperty', Object, ['defineProperty', 'assign', 'entries', 'fromEntries', 'freeze']);
  // What leaves with a page.
  all('leaving', Navigator.prototype, ['sendBeacon']);
  all('leaving', Form.prototype, ['append', 'set', 'toString']);
  all('leaving', page, ['URLSearchParams', 'encodeURIComponent']);
  const { get } = getOwnPropertyDescriptor(MessageEvent.prototype, 'data');
  defineProperty(MessageEvent.prototype, 'data', {
    configurable: true,
    get() {
      const value = apply(get, this, []);
      hear('MessagePort', value);
      return value;
    },
  });
  all('Array.push', Array.prototype, ['push', 'map', 'concat', 'join', 'values']);
  all('Promise.then', Promise.prototype, ['then', 'catch', 'finally']);
  // What is called in order to call.
  all('Function', Reflect, ['apply', 'construct']);
  all('Function', Function.prototype, ['call', 'apply']);
};

/** What was heard, as lines of text by place. */
globalThis.heardBy = () => {
  const found = {};
  for (let index = 0; index < at; index += 1) found[kept[index][0]] = (found[kept[index][0]] ?? '') + kept[index][1];
  return found;
};
