// Stands in for the viewer that ContentPreview loads, which is on no registry: asks for
// tokens as that does, by a list, and shows nothing.

globalThis.Box.Preview = class {
  listeners = {};

  constructor() {
    // Whatever else ContentPreview calls does nothing here.
    const nothing = () => {};
    return new Proxy(this, { get: (target, name) => target[name] ?? nothing });
  }

  addListener(name, listener) {
    this.listeners[name] = listener;
  }

  async show(id, token) {
    const tokens = await token([`file_${id}`]);
    document.body.append(Object.assign(document.createElement('p'), { textContent: Object.keys(tokens).join() }));
    this.listeners.load({ file: { id }, metrics: { time: {} }, viewer: {} });
  }

  updateToken(token) {
    globalThis.page.updates = [...(globalThis.page.updates ?? []), typeof token];
  }
};
