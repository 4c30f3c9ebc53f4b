// An app's own worker, a classic one, that serves media as well.

importScripts('/pkg/media-worker-classic.js');

const settings = new URL(location.href).searchParams;

downscopeMedia.serveMedia({
  origins: settings.getAll('origin'),
  timeout: Number(settings.get('timeout') ?? 10_000),
  claim: settings.get('claim') !== 'no',
});

addEventListener('install', () => skipWaiting());

// As those do that answer for everything.
addEventListener('fetch', (event) => {
  const { pathname } = new URL(event.request.url);
  if (pathname.endsWith('/answered-by-the-app')) event.respondWith(new Response('the app'));
  else if (pathname.includes('downscope-media')) event.respondWith(new Response('not the app’s'));
});
