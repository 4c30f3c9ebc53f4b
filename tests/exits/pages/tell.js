// Tells the test how the page is getting on, on a connection of its own.

const { searchParams } = new URL(location.href);

export function tell(news) {
  const body = JSON.stringify({ visibility: document.visibilityState, ...news });
  // A string is sent as text, which needs no preflight.
  fetch(`${searchParams.get('signals')}/${searchParams.get('run')}`, {
    method: 'POST',
    mode: 'no-cors',
    body,
  });
}
