// A backend that tells OpenTelemetry what it does: in spans and metrics, and in none of them a
// token, a handle, a subject or a body. `@opentelemetry/api` is the app's: nothing is imported.

import { createBackend } from './index.js';
import { metersOf } from './meters.js';
import { isStateless } from './settings.js';
import { CLIENT, INTERNAL, spansOf } from './spans.js';
import { errorOf, watched } from './watched.js';

/** `createBackend`, observed. See opentelemetry.d.ts. */
export function observedBackend(options, api, observed) {
  const { counts, namesUser } = checked(options, api, observed);
  const spans = spansOf(api);
  const meters = metersOf(api);
  const requests = new WeakMap();
  const backend = createBackend(watchedOptions(options, { spans, meters, requests, namesUser }));
  const stopCounting = counts ? meters.count(backend.stats) : () => {};
  const endpoints = new Map(Object.entries(backend.paths).map(([name, path]) => [path, name]));

  async function handle(request) {
    const endpoint = endpointOf(endpoints, request);
    const told = meters.request(endpoint);
    const span = spans.begin(endpoint, INTERNAL, spans.active(), { 'downscope.endpoint': endpoint });
    requests.set(request, span);
    const answering = () => span.within(() => backend.handle(request));
    return watched(answering, undefined, async (outcome, answer) => {
      const error = outcome.error ?? (await codeOf(answer));
      span.end({ ...outcome, error }, outcome.status === undefined || outcome.status >= 500);
      told(outcome);
    });
  }

  /** `recall` or `sweep`: whose tokens is not said. */
  function due(name, work) {
    const span = spans.begin(name, INTERNAL, spans.active());
    return watched(() => span.within(work), undefined, (outcome, given) => {
      if (given) span.set({ 'downscope.due': given.due });
      span.end(outcome);
    });
  }

  return Object.freeze({
    ...backend,
    handle,
    recall: (scope) => due('recall', () => backend.recall(scope)),
    sweep: (given) => due('sweep', () => backend.sweep(given)),
    close(given) {
      stopCounting();
      return backend.close(given);
    },
  });
}

/** The app's functions, watched. What is none is left for `createBackend` to refuse. */
function watchedOptions(options, { spans, meters, requests, namesUser }) {
  const { authenticate, authorize, exchange, revoke, onEvent } = options;

  /** Calls the authorization server; `parent` is the context that asks for it. */
  function upstream(call, parent, signal, attributes, work) {
    const told = meters.upstream(call);
    const span = spans.begin(`upstream ${call}`, CLIENT, parent, attributes);
    return watched(() => span.within(work), signal, (outcome) => {
      span.end(outcome, outcome.error !== undefined || outcome.status >= 400);
      told(outcome);
    });
  }

  const functions = {
    async authenticate(request) {
      const span = requests.get(request);
      const asked = () => authenticate(request);
      const who = await watched(() => span.within(asked), undefined, (outcome, given) => {
        meters.appAnswer(outcome.error ? 'failed' : given ? 'signed_in' : 'signed_out');
      });
      if (!who) return who;
      const { user, signIn, subject } = who;
      if (namesUser) span.set({ 'enduser.id': user });
      // It comes back with the exchange that this request leads to, whatever else is under way.
      return { user, signIn, subject: { subject, span: span.name } };
    },
    authorize(wanted) {
      const span = requests.get(wanted.request);
      span.set(attributesOf(wanted.resource, wanted.scopes.length));
      return span.within(() => authorize(wanted));
    },
    exchange(wanted, call) {
      const { subject = null, span } = wanted.subject ?? {};
      const attributes = attributesOf(wanted.resource, wanted.scope.split(' ').length);
      if (namesUser) attributes['enduser.id'] = wanted.user;
      const asked = () => exchange({ ...wanted, subject }, call);
      return upstream('exchange', spans.named(span), call.signal, attributes, asked);
    },
    // A trace of its own: it may be for a page that fell silent, or try again what failed.
    revoke: (token, call) =>
      upstream('revoke', spans.none(), call.signal, {}, () => revoke(token, call)),
  };
  const own = Object.entries(functions).filter(([name]) => typeof options[name] === 'function');
  const told = (event) => {
    meters.event(event);
    return onEvent?.(event);
  };
  const isEvent = onEvent === undefined || typeof onEvent === 'function';
  return { ...options, ...Object.fromEntries(own), ...(isEvent && { onEvent: told }) };
}

const attributesOf = (resource, scopes) => ({
  'downscope.resource': resource,
  'downscope.scopes': scopes,
});

function checked(options, api, { counts = false, namesUser = false, ...others } = {}) {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw wrong(`there is no option ${unknown} of what is observed`);
  for (const part of ['context', 'metrics', 'trace', 'ROOT_CONTEXT']) {
    if (!api?.[part]) throw wrong(`the second argument must be @opentelemetry/api as a whole; ${part} is missing`);
  }
  if (counts && isStateless(options.store)) {
    throw wrong('counts needs a store that keeps a record, and stateless() is none');
  }
  return { counts, namesUser };
}

/** Never the path that was asked for: anybody can ask for any. */
function endpointOf(endpoints, { method, url }) {
  const name = endpoints.get(new URL(url).pathname);
  if (name === undefined) return 'other';
  return method === 'OPTIONS' ? 'preflight' : name;
}

/** The code of a refusal, of which nothing else is read. */
async function codeOf(answer) {
  if (answer.status < 400 || !answer.headers.has('content-type')) return undefined;
  try {
    return errorOf({ code: (await answer.clone().json()).error });
  } catch {
    return undefined;
  }
}

function wrong(why) {
  return new TypeError(`downscope-backend: ${why}`);
}
