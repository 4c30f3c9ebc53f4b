// What a request can meet on its way: answers that are a gateway's own, in the
// words of those that are about, and ways of getting none.

const html = (title) => `<!DOCTYPE html>
<html>
<head><title>${title}</title></head>
<body>
<center><h1>${title}</h1></center>
<hr><center>nginx</center>
</body>
</html>
`;

const HTML = { 'content-type': 'text/html; charset=utf-8' };

/** A page, as a gateway has one for each status. */
const page =
  (status, title, headers) =>
  ({ response }) =>
    answer(response, status, { ...HTML, ...headers }, html(title));

const plain =
  (status, text, headers) =>
  ({ response }) =>
    answer(response, status, { 'content-type': 'text/plain', ...headers }, text);

/** What a right answer may be, where the backend has given none. */
const MADE_UP = Buffer.from('{"token_type":"Bearer","expires_in":3600,"renew_in":55}');

const rightAnswer = (real) => (real?.body.length > 0 ? real.body : MADE_UP);

/**
 * Each is given the `response` to write, and what the backend has answered
 * (`real`), if it was asked.
 */
export const FAULTS = {
  broken: ({ response }) => response.socket?.destroy(),
  reset: ({ response }) => response.socket?.resetAndDestroy(),
  // A browser that finds the end of a connection that it has kept asks again by itself.
  resent: ({ response }) => response.socket?.destroy(),
  408: page(408, '408 Request Time-out', { connection: 'close' }),
  421: plain(421, 'Misdirected Request'),
  429: page(429, '429 Too Many Requests'),
  '429 json': ({ response }) => {
    const headers = { 'content-type': 'application/json; charset=utf-8', 'retry-after': '1' };
    answer(response, 429, headers, '{"message":"API rate limit exceeded"}');
  },
  500: page(500, '500 Internal Server Error'),
  502: page(502, '502 Bad Gateway'),
  503: plain(503, 'upstream connect error or disconnect/reset before headers', { 'retry-after': '1' }),
  504: plain(504, 'upstream request timeout'),
  'html 200': page(200, 'Sign in'),
  'html 403': page(403, '403 Forbidden'),
  'html 404': page(404, '404 Not Found'),
  redirect: page(302, '302 Found', { location: '/login' }),
  cut: ({ response, real }) => {
    const body = rightAnswer(real);
    cutOff(response, body, { 'content-length': body.length });
  },
  'cut chunk': ({ response, real }) => cutOff(response, rightAnswer(real)),
  empty: ({ response }) => answer(response, 200, { 'content-length': '0' }, ''),
  text: plain(200, 'The service is being upgraded. Thank you for your patience.'),
  huge: ({ response }) => answer(response, 200, { 'content-type': 'application/octet-stream' }, HUGE),
  never: () => {},
};

const HUGE = Buffer.alloc(10 << 20, 'A');

/** The page that a redirect leads to. */
export const loginPage = page(200, 'Sign in');

function answer(response, status, headers, body) {
  // Or the browser's cache could stand in for a request.
  response.writeHead(status, { 'cache-control': 'no-store', ...headers }).end(body);
}

async function cutOff(response, body, length) {
  const { socket } = response;
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store', ...length });
  await new Promise((resolve) => response.write(body.subarray(0, body.length >> 1), resolve));
  // After the half has left, so that no engine takes this for a connection without an answer.
  socket.end();
}
