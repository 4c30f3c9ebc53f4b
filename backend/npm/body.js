// Reads a request's body.

/** Its bytes: no more than the core needs to see that it is too long, which is beyond `longestBody()`. */
export async function readBody(request, longestBody) {
  const reader = request.body?.getReader();
  if (!reader) return new Uint8Array();
  const longest = longestBody();
  const chunks = [];
  let length = 0;
  while (length <= longest) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  // Nobody waits for the rest.
  if (length > longest) reader.cancel().catch(() => {});
  return joined(chunks, length);
}

function joined(chunks, length) {
  if (chunks.length === 1) return chunks[0];
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
