import type { Backend, BackendOptions } from './index.js';

/** `@opentelemetry/api`, version 1.9 or newer, as a whole: `import * as api from '@opentelemetry/api'`. */
export interface OpenTelemetryApi {
  readonly context: object;
  readonly metrics: object;
  readonly trace: object;
  readonly ROOT_CONTEXT: object;
}

/** What is told beyond the usual. */
export interface Observed {
  /** Whether spans name the user, as `enduser.id`. Default: no. */
  readonly namesUser?: boolean;
  /** Whether `downscope.tokens` and `downscope.leases` are counted whenever metrics are collected, by `stats()`. Default: no. */
  readonly counts?: boolean;
}

/**
 * As `createBackend`, and tells OpenTelemetry what it does. Never a token, a handle, a subject or a body.
 *
 * Spans: `downscope token`, `revoke` and `lease` for requests, within what is active as they are handled;
 * `downscope upstream exchange` within the request that leads to it; `downscope upstream revoke` in a trace of its
 * own; `downscope recall` and `sweep`. Metrics: those of the service, as far as they are known here.
 */
export function observedBackend(
  options: BackendOptions,
  api: OpenTelemetryApi,
  observed?: Observed,
): Backend;
