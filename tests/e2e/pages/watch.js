// Tells the test what is thrown here and nobody catches, where it asks for that
// in the page's address. A classic script, so that it is there before all else,
// and a beacon, so that it gets through as the page goes.

const watcher = new URL(location.href).searchParams.get('watcher');

if (watcher) {
  const sendBeacon = navigator.sendBeacon.bind(navigator);
  const tell = (thrown, fallback) => {
    const { message = fallback ?? String(thrown), stack = '' } = Object(thrown);
    sendBeacon(watcher, JSON.stringify({ message: String(message), stack: String(stack) }));
  };
  addEventListener('error', ({ error, message }) => tell(error, message));
  addEventListener('unhandledrejection', ({ reason }) => tell(reason));
}
