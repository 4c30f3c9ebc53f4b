// What is on the heap of a page, in Chromium, which alone gives snapshots of it.

import { engine } from './browser.mjs';

/** What to say in the place of a test that takes one. */
export const noSnapshots = engine !== 'chromium' && 'only Chromium gives snapshots of its heap';

/** The heap of a page, or of a frame that has a process of its own, after a collection: as text with all its strings. */
export async function heapSnapshot(context, target) {
  const session = await context.newCDPSession(target);
  const chunks = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await session.detach();
  return chunks.join('');
}
