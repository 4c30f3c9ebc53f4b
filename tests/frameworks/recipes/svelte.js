import { readable } from 'svelte/store';
import { follow } from 'downscope/adapters';

export function grantStore(openClient, options) {
  const open = async () => (await openClient()).grant(options);

  // Called for the first who subscribes; what it returns, once the last one has gone.
  const { subscribe } = readable({ status: 'loading' }, (set) => {
    const controller = new AbortController();
    const { signal } = controller;
    const show = (status, error) => signal.aborted || set({ status, error });
    const start = async () => {
      const grant = await open();
      const tell = ({ detail }) => grant.peek() ?? show('failed', detail.error);
      grant.addEventListener('error', tell, { signal });
      await follow(grant, () => show('ready'), { signal });
      show('revoked');
    };
    // Not on a server, where every store that a page shows is subscribed to.
    if (globalThis.document) start().catch((error) => show('failed', error));
    return () => controller.abort();
  });

  const fetch = async (input, init) => (await open()).fetch(input, init);
  return { subscribe, fetch };
}
