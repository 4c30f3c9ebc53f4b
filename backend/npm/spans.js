// Spans of OpenTelemetry. What follows from a request may come with another one's asynchronous
// context, since the core carries out several at once: so each span is told its parent.

/** `SpanKind` and `SpanStatusCode` of the API, which are numbers for good. */
export const INTERNAL = 0;
export const CLIENT = 2;
const ERROR = 2;

export function spansOf({ context, trace, ROOT_CONTEXT }) {
  const tracer = trace.getTracer('downscope-backend');
  return {
    /** The parent of what a caller begins. */
    active: () => context.active(),
    /** The parent of what nobody waits for. */
    none: () => ROOT_CONTEXT,
    /** The parent that was given a name as `name` of a span is. */
    named: (name) => (name ? trace.setSpanContext(ROOT_CONTEXT, name) : ROOT_CONTEXT),

    begin(what, kind, parent, attributes = {}) {
      const span = tracer.startSpan(`downscope ${what}`, { kind, attributes }, parent);
      const own = trace.setSpan(parent, span);
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        /** As JSON can hold it. */
        name: { traceId, spanId, traceFlags },
        within: (work) => context.with(own, work),
        set: (more) => span.setAttributes(more),
        end({ status, error }, isFailure = error !== undefined) {
          if (status !== undefined) span.setAttribute('http.response.status_code', status);
          const type = error ?? (isFailure ? String(status) : undefined);
          if (type !== undefined) span.setAttribute('error.type', type);
          if (isFailure) span.setStatus({ code: ERROR });
          span.end();
        },
      };
    },
  };
}
