// Tells the test how the page is getting on, on a connection of its own.

const { searchParams } = new URL(location.href);

const address = `${searchParams.get('signals')}/${searchParams.get('run')}`;

// A string is sent as text, which needs no preflight.
const written = (news) => JSON.stringify({ visibility: document.visibilityState, ...news });

export function tell(news) {
  fetch(address, { method: 'POST', mode: 'no-cors', body: written(news) });
}

/** The same, in a way that a content blocker takes. */
export function beacon(news) {
  navigator.sendBeacon(address, written(news));
}
