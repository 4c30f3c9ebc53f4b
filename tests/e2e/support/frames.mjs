// Pages of the tests inside others.

/** Puts a frame into a page or frame, and waits until it has loaded. */
export async function openFrame(parent, address, id = 'frame') {
  await parent.evaluate(
    ({ address, id }) =>
      new Promise((resolve) => {
        const frame = Object.assign(document.createElement('iframe'), { id, src: address });
        frame.onload = resolve;
        document.body.append(frame);
      }),
    { address, id },
  );
  return frameIn(parent, `#${id}`);
}

/** The frame in an element of a page or frame. */
async function frameIn(parent, selector) {
  if (parent.childFrame) return parent.childFrame(selector);
  const element = await parent.waitForSelector(selector, { state: 'attached' });
  return element.contentFrame();
}
