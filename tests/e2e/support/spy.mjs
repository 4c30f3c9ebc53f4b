// A service worker of the page's own origin that a hostile script has put there.

import { until } from './page.mjs';

/** Registers it, and loads the page anew: from now on whatever the page asks for passes through it.
 * By its address, since Firefox's driver reloads past service workers. */
export async function plantSpy(page, query = '') {
  await page.evaluate(async (query) => {
    await navigator.serviceWorker.register(`/t/spy.js${query}`);
    await navigator.serviceWorker.ready;
  }, query);
  await page.goto(await page.evaluate(() => location.href));
  await until(page, () => 'fixture' in globalThis);
  // One that was there before controls the page until this one is active, and that may be later.
  await page.evaluate(async (query) => {
    const { serviceWorker } = navigator;
    const controls = () => serviceWorker.controller?.scriptURL.endsWith(`/t/spy.js${query}`);
    const changed = () => new Promise((resolve) => serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
    while (!controls()) await changed();
  }, query);
}

/** Every request that it has seen: its URL, its `Authorization`, its body and the answer to it. */
export const seenBySpy = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => resolve(data);
        navigator.serviceWorker.controller.postMessage('seen', [port2]);
      }),
  );

/** As if it had never been there. */
export const removeSpy = (page) =>
  page.evaluate(async () => {
    const registrations = await navigator.serviceWorker.getRegistrations();
    await Promise.all(registrations.map((registration) => registration.unregister()));
  });
