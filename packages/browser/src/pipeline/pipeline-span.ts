import type { HrTime, Link, Span, SpanContext, TimeInput } from '@opentelemetry/api';
import { type StoredSpan, storedContext, storedLinks } from '../store/stored-spans.ts';
import { hrTime } from './hr-time.ts';
import { addSpanMethods, type StartedSpan } from './span-methods.ts';

/** Values for a new span of the built-in pipeline. */
export interface PipelineSpanInit
  extends Pick<StoredSpan, 'name' | 'kind' | 'attributes' | 'resource' | 'instrumentationScope'> {
  readonly parent: SpanContext | undefined;
  readonly startTime: TimeInput;
  readonly links: readonly Link[];
}

/**
 * Starts a span of the built-in pipeline, with all methods that a hook of the app may call.
 * @param onEnd called with the span when the span ends
 */
export function startPipelineSpan(
  context: SpanContext,
  { parent, ...init }: PipelineSpanInit,
  onEnd: (span: StoredSpan) => void,
): Span {
  const started: StartedSpan = {
    ...init,
    startTime: hrTime(init.startTime),
    context: storedContext(context),
    parent: parent && storedContext(parent),
    links: storedLinks(init.links),
    events: [],
    status: { code: 0 },
  };
  let isEnded = false;
  const span = {
    spanContext: () => context,
    isRecording: () => !isEnded,
    setStatus(status) {
      if (!isEnded) Object.assign(started, { status });
      return span;
    },
    end(endTime = Date.now()) {
      if (isEnded) return;
      isEnded = true;
      onEnd({ ...started, endTime: later(started.startTime, hrTime(endTime)) });
    },
  } as Span;
  return addSpanMethods(span, started);
}

/** Returns the later of two times. If the second is no time, the first is returned. */
function later(first: HrTime, second: HrTime): HrTime {
  return (second[0] - first[0] || second[1] - first[1]) > 0 ? second : first;
}
