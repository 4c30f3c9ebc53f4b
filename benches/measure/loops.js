// What is timed. Loaded once for each client, by a query of its own: engines
// specialise a loop for what it calls, so clients that shared one would pay for
// each other.

/** The characters that were read, so that nothing can be left out as unused. */
export const loops = {
  peek(client, { at }, calls) {
    let read = 0;
    for (let call = 0; call < calls; call += 1) read += client.peek(at).length;
    return read;
  },

  async token(client, { at }, calls) {
    let read = 0;
    for (let call = 0; call < calls; call += 1) read += (await client.token(at)).length;
    return read;
  },

  /** What stands in a request's header, from the client's own call for it. */
  async header(client, { at }, calls) {
    let read = 0;
    for (let call = 0; call < calls; call += 1) read += (await client.header(at)).length;
    return read;
  },

  /** The same by hand, where a token can be had at once. */
  headerOfPeek(client, { at }, calls) {
    let read = 0;
    for (let call = 0; call < calls; call += 1) read += `Bearer ${client.peek(at)}`.length;
    return read;
  },

  /** What nobody can do without who heeds both clocks. */
  clocks(client, where, calls) {
    let read = 0;
    for (let call = 0; call < calls; call += 1) read += performance.now() + Date.now();
    return read;
  },

  /** All grants one after the other, far apart in memory. */
  peekInTurn(client, { grants }, calls) {
    let read = 0;
    let at = 0;
    for (let call = 0; call < calls; call += 1) {
      at = (at + STRIDE) % grants;
      read += client.peek(at).length;
    }
    return read;
  },

  async tokenInTurn(client, { grants }, calls) {
    let read = 0;
    let at = 0;
    for (let call = 0; call < calls; call += 1) {
      at = (at + STRIDE) % grants;
      read += (await client.token(at)).length;
    }
    return read;
  },
};

/** A prime that divides no count of grants. */
const STRIDE = 3_301;
