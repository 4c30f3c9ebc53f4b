// The demo's service worker. It answers the URLs of `preview/media.js`, and nothing else.

importScripts('/pkg/media-worker-classic.js');

// The file API's port is only known to the server that has opened it.
downscopeMedia.serveMedia({
  async origins() {
    const { apiOrigin } = await (await fetch('/config.json')).json();
    return [apiOrigin];
  },
});
