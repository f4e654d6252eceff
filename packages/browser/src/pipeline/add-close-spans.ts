import { NAME, VERSION } from '@closespan/browser/recording';
import type { Pipeline } from '@closespan/core/platform';
import { type StoredSpan, storedContext, storedLinks } from '../store/stored-spans.ts';
import { hrTimeOf } from './hr-time.ts';
import { existing, newSpanContext } from './new-span-context.ts';

/**
 * Makes a function that exports close spans without a tracer. A page loads the tracer only if the app has a hook or a
 * sampler that gets spans.
 * @param add called with each sampled span
 */
export function addCloseSpans(
  resource: StoredSpan['resource'],
  add: (span: StoredSpan) => void,
): Pipeline['addSpan'] & {} {
  return (span, end) => {
    const parent = existing(span.parent);
    const context = newSpanContext(parent);
    if (end) end.span = context;
    if (context.traceFlags)
      add({
        ...span,
        ...{ resource, instrumentationScope: { name: NAME, version: VERSION }, events: [] },
        context: storedContext(context),
        parent: parent && storedContext(parent),
        startTime: hrTimeOf(span.startTime),
        endTime: hrTimeOf(Math.max(span.startTime, span.endTime)),
        links: storedLinks(span.links),
      });
    return context.traceFlags > 0;
  };
}
