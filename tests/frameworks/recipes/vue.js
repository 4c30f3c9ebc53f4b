import { onMounted, onUnmounted, shallowRef } from 'vue';
import { follow } from 'downscope/adapters';

export function useGrant(openClient, options) {
  const status = shallowRef('loading');
  const error = shallowRef();
  const controller = new AbortController();
  const { signal } = controller;
  const open = async () => (await openClient()).grant(options);

  const show = (next, reason) => {
    if (signal.aborted) return;
    status.value = next;
    error.value = reason;
  };
  const start = async () => {
    const grant = await open();
    const tell = ({ detail }) => grant.peek() ?? show('failed', detail.error);
    grant.addEventListener('error', tell, { signal });
    await follow(grant, () => show('ready'), { signal });
    show('revoked');
  };
  // Not on a server.
  onMounted(() => start().catch((reason) => show('failed', reason)));
  onUnmounted(() => controller.abort());

  const fetch = async (input, init) => (await open()).fetch(input, init);
  return { status, error, fetch };
}
