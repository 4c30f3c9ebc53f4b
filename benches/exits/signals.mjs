// What the pages say: a server that every page of a measurement posts to.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** How long a page may take to have its token, on a busy machine. */
const PATIENCE = 45_000;

/** Listens on a free port until `close()`. */
export async function listenToPages() {
  const news = new Map();
  const server = createServer(async (request, response) => {
    response.end();
    const line = lineOf(request.url.slice(1));
    const one = JSON.parse(await text(request).catch(() => '{}'));
    if (line.waiting.length) line.waiting.shift()(one);
    else line.said.push(one);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  function lineOf(run) {
    if (!news.has(run)) news.set(run, { said: [], waiting: [] });
    return news.get(run);
  }

  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    /** What the pages of a run say next; each piece of news is given once. */
    async next(run, within = PATIENCE) {
      const { said, waiting } = lineOf(String(run));
      const one = said.length ? said.shift() : await hear(waiting, within);
      if (one.error) throw new Error(`the page: ${one.error}`);
      return one;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const hear = (waiting, within) =>
  new Promise((resolve, reject) => {
    const listener = (one) => {
      clearTimeout(timer);
      resolve(one);
    };
    const timer = setTimeout(() => {
      waiting.splice(waiting.indexOf(listener), 1);
      reject(new Error(`the page said nothing within ${within / 1000} s`));
    }, within);
    waiting.push(listener);
  });
