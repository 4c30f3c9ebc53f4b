// Metrics of OpenTelemetry: those of the service, under its names. `downscope.minted_tokens` is
// `downscope_minted_tokens_total` where Prometheus reads it.

/** In seconds, as OpenTelemetry has them for HTTP. */
const BOUNDARIES = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const SECONDS = { unit: 's', advice: { explicitBucketBoundaries: BOUNDARIES } };

export function metersOf({ metrics }) {
  const meter = metrics.getMeter('downscope-backend');
  const counter = (name) => meter.createCounter(`downscope.${name}`);
  const requests = counter('requests');
  const requestSeconds = meter.createHistogram('downscope.request', SECONDS);
  const appAnswers = counter('app_answers');
  const upstreamCalls = counter('upstream_calls');
  const upstreamSeconds = meter.createHistogram('downscope.upstream', SECONDS);
  const told = tellerOf(counter);

  return {
    /** Begins a request; what it gives ends it. A lease request is held, so that its time says nothing. */
    request(endpoint) {
      const seconds = started();
      return ({ status = 500 }) => {
        requests.add(1, { endpoint, status });
        if (endpoint === 'token' || endpoint === 'revoke') requestSeconds.record(seconds(), { endpoint });
      };
    },
    /** The same for a call of the authorization server. */
    upstream(call) {
      const seconds = started();
      return ({ status, error }) => {
        const outcome = error ?? (status >= 400 ? String(status) : 'ok');
        upstreamCalls.add(1, { call, outcome });
        upstreamSeconds.record(seconds(), { call });
      };
    },
    appAnswer: (outcome) => appAnswers.add(1, { outcome }),
    event: (event) => told[event.type]?.(event),
    /** Has `stats` asked whenever metrics are collected; what it gives ends that. */
    count(stats) {
      const tokens = meter.createObservableGauge('downscope.tokens');
      const leases = meter.createObservableGauge('downscope.leases');
      const observe = async (result) => {
        const { leases: pages, ...states } = await stats();
        for (const [state, count] of Object.entries(states)) result.observe(tokens, count, { state });
        result.observe(leases, pages);
      };
      meter.addBatchObservableCallback(observe, [tokens, leases]);
      return () => meter.removeBatchObservableCallback(observe, [tokens, leases]);
    },
  };
}

/** What is counted of each event. */
function tellerOf(counter) {
  const minted = counter('minted_tokens');
  const notMinted = counter('not_minted_tokens');
  const orphaned = counter('orphaned_tokens');
  const revoked = counter('revoked_tokens');
  const notRevoked = counter('not_revoked_tokens');
  const unreadable = counter('unreadable_records');
  const lapsedPages = counter('lapsed_pages');
  const lapsedTokens = counter('lapsed_tokens');
  const recalls = counter('recalls');
  const recalledTokens = counter('recalled_tokens');
  const storeFailures = counter('store_failures');
  return {
    minted: () => minted.add(1),
    not_minted: ({ error }) => notMinted.add(1, { error }),
    orphaned: () => orphaned.add(1),
    revoked: ({ reason }) => revoked.add(1, { reason: reason ?? 'none' }),
    not_revoked: ({ error }) => notRevoked.add(1, { error }),
    unreadable: () => unreadable.add(1),
    lapsed({ sessions, due }) {
      lapsedPages.add(sessions);
      lapsedTokens.add(due);
    },
    recalled(event) {
      recalls.add(1, { scope: scopeOf(event) });
      recalledTokens.add(event.due);
    },
    store_failed: ({ operation }) => storeFailures.add(1, { operation }),
  };
}

/** By what a recall was, as the service says it. */
function scopeOf({ user, signIn, session }) {
  if (session !== undefined) return 'session';
  if (signIn !== undefined) return 'sign_in';
  return user === undefined ? 'all' : 'user';
}

function started() {
  const began = performance.now();
  return () => (performance.now() - began) / 1_000;
}
