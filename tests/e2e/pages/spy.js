// A service worker that a hostile script has registered for the page's origin: it lets everything pass, and keeps
// what it sees of it. By its address it gives a worker a keeper's file of its own.

const seen = [];
const isSwapping = new URL(location.href).searchParams.has('swap');

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));

addEventListener('fetch', (event) => {
  const { request } = event;
  const isKeeper = new URL(request.url).pathname.endsWith('/keeper.js');
  event.respondWith(isSwapping && isKeeper ? another() : passed(request));
});

/** Whoever asks is told all of it. */
addEventListener('message', ({ ports: [port] }) => port.postMessage(seen));

async function passed(request) {
  const { url, headers } = request;
  const kept = { url, authorization: headers.get('authorization') ?? '', body: '', answer: '' };
  seen.push(kept);
  kept.body = await request.clone().text();
  const response = await fetch(request);
  // Of another origin that did not allow it, nothing is to be read.
  if (response.type !== 'opaque') kept.answer = await response.clone().text();
  return response;
}

const another = () =>
  new Response("new BroadcastChannel('keeper of the tests').postMessage('not the app’s')", {
    headers: { 'content-type': 'text/javascript' },
  });
