importScripts('/pkg/media-worker-classic.js');

downscopeMedia.serveMedia({
  async origins() {
    const { apiOrigin } = await (await fetch('/config.json')).json();
    return [apiOrigin];
  },
});
