// What OpenTelemetry is told of a backend, by its own SDK; and that none of it is a secret.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

import * as api from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

import { blockNamed } from '../package/support/markdown.mjs';
import { FILE, authority, createBackend, entry, optionsOf, pageOf, stateless } from './support/backend.mjs';

const { observedBackend } = await entry('opentelemetry.js');

const exporter = new InMemorySpanExporter();
const metrics = new InMemoryMetricExporter(AggregationTemporality.DELTA);
const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 0x7fff_ffff });
api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
api.trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
api.metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
const tracer = api.trace.getTracer('test');

beforeEach(async () => {
  exporter.reset();
  await reader.forceFlush();
  metrics.reset();
});

const observed = (server, options, more) => observedBackend(optionsOf(server, options), api, more);
const spansOf = (name) => exporter.getFinishedSpans().filter((span) => span.name === name);
const spanOf = (name) => {
  const spans = spansOf(name);
  assert.equal(spans.length, 1, `${name}: ${spans.length}`);
  return spans[0];
};
const parentOf = (span) => span.parentSpanContext?.spanId;
const idOf = (span) => span.spanContext().spanId;

/** Every metric since the last time, as text: `downscope.requests endpoint=token status=200: 1`. */
async function counted() {
  await reader.forceFlush();
  const all = metrics.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics).flatMap((scope) => scope.metrics);
  metrics.reset();
  return all.flatMap(({ descriptor, dataPoints }) =>
    dataPoints.map(({ attributes, value }) => {
      const labels = Object.entries(attributes).map(([name, of]) => ` ${name}=${of}`);
      return `${descriptor.name}${labels.join('')}: ${value.count ?? value}`;
    }),
  );
}

test('a request has a span within that of its caller, and what it leads to is within its own', async () => {
  const server = authority();
  const inner = [];
  const exchange = async (wanted) => {
    await null;
    inner.push(api.trace.getActiveSpan());
    return server.exchange(wanted);
  };
  const backend = observed({ ...server, exchange });
  const answer = await tracer.startActiveSpan('caller', async (span) => {
    const answer = await pageOf(backend).token('1');
    span.end();
    return answer;
  });
  assert.equal(answer.status, 200);
  const [caller, request, call] = [spanOf('caller'), spanOf('downscope token'), spanOf('downscope upstream exchange')];
  assert.deepEqual([parentOf(request), parentOf(call)], [idOf(caller), idOf(request)]);
  assert.equal(idOf(inner[0]), idOf(call));
  assert.deepEqual(request.attributes, {
    'downscope.endpoint': 'token',
    'downscope.resource': FILE,
    'downscope.scopes': 1,
    'http.response.status_code': 200,
  });
  assert.deepEqual(call.attributes, { 'downscope.resource': FILE, 'downscope.scopes': 1 });
  assert.deepEqual([request.kind, call.kind], [api.SpanKind.INTERNAL, api.SpanKind.CLIENT]);
  await backend.close();
});

test('of requests that are under way at once, each exchange is within its own', async () => {
  const backend = observed(authority());
  const pages = Array.from({ length: 8 }, () => pageOf(backend));
  await Promise.all(pages.map((page) => page.token('1')));
  const requests = spansOf('downscope token').map(idOf).sort();
  assert.deepEqual(spansOf('downscope upstream exchange').map(parentOf).sort(), requests);
  assert.equal(new Set(requests).size, 8);
  await backend.close();
});

test('the app is asked as without it', async () => {
  const asked = [];
  for (const subject of [undefined, null, 'FAKE-subject', { of: ['any', 1] }]) {
    for (const make of [createBackend, (options) => observedBackend(options, api)]) {
      const options = optionsOf(authority(), {
        authenticate: () => ({ user: 'alice', subject }),
        exchange: (wanted, call) => {
          asked.push([wanted, Object.keys(call)]);
          return { access_token: 'FAKE-token', expires_in: 60 };
        },
      });
      const backend = make(options);
      assert.equal((await pageOf(backend).token('1')).status, 200);
      await backend.close();
    }
    const [without, within] = asked.splice(0);
    assert.deepEqual(within, without);
  }
});

test('a refusal is told by its code, and is no error of this backend', async () => {
  const backend = observed(authority(), { authorize: () => false });
  const answer = await pageOf(backend).token('1');
  assert.equal((await answer.json()).error, 'invalid_target');
  const { attributes, status } = spanOf('downscope token');
  assert.deepEqual([attributes['error.type'], attributes['http.response.status_code']], ['invalid_target', 400]);
  assert.equal(status.code, api.SpanStatusCode.UNSET);
  await backend.close();
});

test('what the authorization server fails at is an error, without a word of it', async () => {
  const server = {
    exchange: () => {
      throw Object.assign(new Error('FAKE-secret'), { code: 'ECONNREFUSED', token: 'FAKE-secret' });
    },
    revoke: () => {
      throw new RangeError('FAKE-secret');
    },
  };
  const backend = observed(server);
  await pageOf(backend).token('1');
  const call = spanOf('downscope upstream exchange');
  assert.deepEqual([call.attributes['error.type'], call.status], ['ECONNREFUSED', { code: api.SpanStatusCode.ERROR }]);
  await backend.close();
  assert.ok(!JSON.stringify(await told()).includes('FAKE-secret'));
});

test('a revoke is a trace of its own, and says how it ended', async () => {
  const server = authority();
  const backend = observed(server);
  const page = pageOf(backend);
  const { access_token: token } = await (await page.token('1')).json();
  assert.equal((await page.revoke({ token, reason: 'unload' })).status, 204);
  const revoke = spanOf('downscope upstream revoke');
  assert.deepEqual([parentOf(revoke), revoke.attributes], [undefined, { 'http.response.status_code': 200 }]);
  assert.ok(!JSON.stringify(await told()).includes(token));
  await backend.close();
});

test('nobody is named unless that is asked for', async () => {
  for (const namesUser of [false, true]) {
    exporter.reset();
    const backend = observed(authority(), {}, { namesUser });
    const page = pageOf(backend);
    await page.token('1');
    await backend.recall({ user: 'alice' });
    assert.equal(JSON.stringify(await told()).includes('alice'), namesUser);
    await backend.close();
  }
});

test('metrics have the names of those of the service', async () => {
  const server = authority();
  const events = [];
  const backend = observed(server, { onEvent: (event) => events.push(event.type) });
  const page = pageOf(backend);
  const { access_token: token } = await (await page.token('1')).json();
  await page.revoke({ token, reason: 'unload' });
  await page.token('2');
  assert.deepEqual(await backend.recall({ signIn: 'alice-1' }), { due: 1 });
  await backend.close();
  assert.deepEqual((await counted()).sort(), [
    'downscope.app_answers outcome=signed_in: 2',
    'downscope.minted_tokens: 2',
    'downscope.recalled_tokens: 1',
    'downscope.recalls scope=sign_in: 1',
    'downscope.request endpoint=revoke: 1',
    'downscope.request endpoint=token: 2',
    'downscope.requests endpoint=revoke status=204: 1',
    'downscope.requests endpoint=token status=200: 2',
    'downscope.revoked_tokens reason=logout: 1',
    'downscope.revoked_tokens reason=unload: 1',
    'downscope.upstream call=exchange: 2',
    'downscope.upstream call=revoke: 2',
    'downscope.upstream_calls call=exchange outcome=ok: 2',
    'downscope.upstream_calls call=revoke outcome=ok: 2',
  ]);
  assert.deepEqual(events, ['minted', 'revoked', 'minted', 'recalled', 'revoked']);
  assert.equal(spanOf('downscope recall').attributes['downscope.due'], 1);
});

test('what is alive and due is counted where that is asked for, until the backend is closed', async () => {
  const backend = observed(authority(), {}, { counts: true });
  await pageOf(backend).token('1');
  const gauges = async () => (await counted()).filter((line) => /^downscope\.(tokens|leases)/.test(line));
  assert.deepEqual(await gauges(), [
    'downscope.tokens state=live: 1',
    'downscope.tokens state=due: 0',
    'downscope.tokens state=unknown: 0',
    'downscope.leases: 0',
  ]);
  await backend.close();
  assert.deepEqual(await gauges(), []);
});

test('an exchange that nobody waits for any longer has timed out', async (context) => {
  let begun;
  const hasBegun = new Promise((resolve) => (begun = resolve));
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const backend = observed({ ...authority(), exchange: () => new Promise(() => begun()) });
  const asked = pageOf(backend).token('1');
  await hasBegun;
  context.mock.timers.tick(10_000);
  assert.equal((await asked).status, 503);
  context.mock.timers.reset();
  const { attributes, status } = spanOf('downscope upstream exchange');
  assert.deepEqual([attributes['error.type'], status.code], ['timeout', api.SpanStatusCode.ERROR]);
  await backend.close();
});

test('what is missing or unknown is refused by name', () => {
  const options = optionsOf(authority());
  assert.throws(() => observedBackend(options), /@opentelemetry\/api/);
  assert.throws(() => observedBackend(options, { trace: api.trace }), /context is missing/);
  assert.throws(() => observedBackend(options, api, { nameUser: true }), /nameUser/);
  assert.throws(() => observedBackend({ ...options, revoke: undefined }, api), /revoke must be a function/);
  assert.throws(() => observedBackend({ ...options, onEvent: 1 }, api), /onEvent must be a function/);
  assert.throws(() => observedBackend({ ...options, store: stateless() }, api, { counts: true }), /counts needs a store/);
});

test('what the guide has is observed', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'telemetry-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  const here = fileURLToPath(new URL('node_modules/@opentelemetry', import.meta.url));
  await symlink(here, join(modules, '@opentelemetry'), 'junction');
  await symlink(process.env.DOWNSCOPE_BACKEND_PKG, join(modules, 'downscope-backend'), 'junction');
  const file = join(folder, 'telemetry.mjs');
  await writeFile(file, blockNamed('docs/guide/express.md', 'telemetry.mjs'));
  const guide = await import(pathToFileURL(file));
  const backend = guide.createBackend(optionsOf(authority()));
  assert.equal((await pageOf(backend).token('1')).status, 200);
  assert.equal(parentOf(spanOf('downscope upstream exchange')), idOf(spanOf('downscope token')));
  assert.ok((await counted()).includes('downscope.tokens state=live: 1'));
  await backend.close();
});

/** All that OpenTelemetry has. */
async function told() {
  const spans = exporter.getFinishedSpans();
  const parts = spans.map(({ name, attributes, events, status, links }) => ({ name, attributes, events, status, links }));
  return [parts, await counted()];
}
