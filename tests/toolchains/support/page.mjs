// What an app comes to in a real Chromium.

/** How long it may take, on a busy machine, in milliseconds. */
const PATIENCE = 60_000;

/**
 * Opens a page, gives what its script has left in `globalThis.outcome`, whether WebAssembly
 * came in a file of its own, and what the console and the network complained about.
 */
export async function outcomeOf(browser, url, endpoint) {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  const complaints = [];
  let wasm = 'inlined';
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['warning', 'error'].includes(message.type())) complaints.push(message.text());
  });
  page.on('response', (response) => {
    if (!response.ok()) complaints.push(`${response.status()} ${response.url()}`);
    if (/\.wasm\b/.test(response.url())) wasm = 'file';
  });
  try {
    const address = new URL(url);
    address.searchParams.set('endpoint', `${endpoint}/token`);
    await page.goto(address.href);
    return { outcome: await page.evaluate(outcomeLeft, PATIENCE), wasm, complaints };
  } finally {
    await page.close();
  }
}

/** In the page. Not by `waitForFunction`, which evaluates strings, and no strict policy lets it. */
const outcomeLeft = (patience) =>
  new Promise((resolve) => {
    const deadline = performance.now() + patience;
    const look = () => {
      if (globalThis.outcome || performance.now() > deadline) resolve(globalThis.outcome ?? 'nothing');
      else setTimeout(look, 20);
    };
    look();
  });
