// A page whose elements load what takes a token, by the service worker beside it.

import { mediaOf } from '/pkg/media.js';
import './fixture.js';

const { serviceWorker } = navigator;

/**
 * Has a worker that serves media from `origins`, as soon as it is there; `settings` are
 * further parameters of its address.
 */
async function register({ script = 'media-sw.js', type = 'classic', origins = [fixture.api], ...settings } = {}) {
  const address = new URL(script, location.href);
  for (const origin of origins) address.searchParams.append('origin', origin);
  for (const [name, value] of Object.entries(settings)) address.searchParams.set(name, value);
  const registration = await serviceWorker.register(address, { type });
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  while (worker.state !== 'activated') await fixture.next(worker, 'statechange');
}

/** As if no worker had ever been here. */
async function unregister() {
  const registrations = await serviceWorker.getRegistrations();
  await Promise.all(registrations.map((registration) => registration.unregister()));
}

/** Media of a grant of a client of its own, whose token may travel to `origins`, too. */
async function open({ file, origins, worker = {}, client: options = {}, ...rest } = {}) {
  if (worker) await register({ origins: origins ?? [fixture.api], ...worker });
  const client = await fixture.open({ ...(origins && { allowedOrigins: origins }), ...options });
  const grant = fixture.grantFor(client, { file });
  const errors = [];
  const onError = ({ name, code }, url) => errors.push({ name, code, url });
  const media = await mediaOf(grant, { onError, ...rest });
  const contentOf = (id) => media.url(`${fixture.fileUrl(id)}/content`);
  return { client, grant, media, errors, content: contentOf(file ?? '101') };
}

/** What a request is answered with, as text. */
async function look(url, init) {
  const response = await fetch(url, init);
  const { status, headers } = response;
  return { status, headers: Object.fromEntries(headers), text: await response.text() };
}

/** An element of the document that loads `src`, once it has told one of `types`, and which. */
function load(name, src, types, attributes = {}) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  const told = toldOf(element, [...types, 'error']);
  element.src = src;
  document.body.append(element);
  return told.then((type) => ({ element, type }));
}

const toldOf = (element, types) => Promise.any(types.map((type) => fixture.next(element, type))).then(({ type }) => type);

globalThis.mediaPage = { load, look, mediaOf, open, register, toldOf, unregister };
