import { isTokenError } from 'downscope';

/** A file's content, for one viewer, until `signal` says that the viewer has gone. */
export function createSource(fetchContent, signal, onProgress) {
  const progress = { requests: 0, bytes: 0, total: undefined };

  async function request(init) {
    const response = await patiently(() => fetchContent({ ...init, signal }), signal);
    if (!response.ok) throw new Error(`The file API answered ${response.status}.`);
    return response;
  }

  function count(bytes, total) {
    progress.requests += 1;
    progress.bytes += bytes;
    progress.total = total;
    onProgress(progress);
  }

  return {
    /** Bytes from `begin` up to but not including `end`, and how many the file has. */
    async range(begin, end) {
      const response = await request({ headers: { Range: `bytes=${begin}-${end - 1}` } });
      const bytes = new Uint8Array(await response.arrayBuffer());
      const total = Number(response.headers.get('Content-Range')?.split('/')[1]);
      if (response.status !== 206 || !total) throw new Error('The file API does not answer ranges.');
      count(bytes.length, total);
      return { bytes, total };
    },
  };
}

/** An outage of the token endpoint is waited out: the SDK says what can be tried again, and after how long. */
export async function patiently(attempt, signal) {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !isTokenError(error) || !error.retryable) throw error;
      await delay(error.retryAfter ?? 1000);
      signal.throwIfAborted();
    }
  }
}

const delay = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
