import { useGrant } from 'downscope/react';
import { useEffect, useState } from 'react';

const SCOPES = ['base_preview', 'item_download'];

/** One file. The status is for the eye: `fetch` can be called at any time. */
export function Preview({ resource, type }) {
  const { status, error, fetch, retry } = useGrant(resource, SCOPES);
  const [source, setSource] = useState();
  // Nothing can be fetched then; once there is a token after all, it is.
  const isOver = status === 'failed' || status === 'revoked';

  useEffect(() => {
    if (isOver) return undefined;
    const controller = new AbortController();
    const { signal } = controller;
    let url;
    const load = async () => {
      const response = await fetch(`${resource}/content`, { signal });
      if (!response.ok) throw new Error(`The API answered ${response.status}`);
      const blob = await response.blob();
      if (!signal.aborted) setSource((url = URL.createObjectURL(blob)));
    };
    load().catch((reason) => signal.aborted || console.error(reason));
    return () => {
      controller.abort();
      URL.revokeObjectURL(url);
      setSource(undefined);
    };
  }, [fetch, isOver, resource]);

  if (status === 'failed') {
    // What is retryable is tried again by itself.
    return <p>No token: {error.code}. {error.retryable || <button onClick={retry}>Try again</button>}</p>;
  }
  if (status === 'revoked') return <p>Signed out. <button onClick={retry}>Sign in</button></p>;
  if (!source) return <p>Loading</p>;
  return type.startsWith('image/') ? <img src={source} alt="" width="480" /> : <a href={source}>Open it</a>;
}
