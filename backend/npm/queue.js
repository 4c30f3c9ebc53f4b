// Work under a name, one after the other, in this process.

/** `inTurn(name, work)` begins once all that came before under this name has ended. */
export function queueOf() {
  const last = new Map();
  return function inTurn(name, work) {
    const turn = (last.get(name) ?? Promise.resolve()).then(work);
    const ended = turn.catch(() => {});
    last.set(name, ended);
    return turn;
  };
}
