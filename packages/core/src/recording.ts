/**
 * Makes spans and metrics of closes. Elsewhere than in pages this entry is loaded, which holds the code of metrics, too.
 * Apps import `@closespan/core` instead: names of this entry may change in any release.
 * @internal
 * @module
 */

import { limitRepeats } from './delivery/limit-repeats.ts';
import { createCloseMetrics } from './metrics/close-metrics.ts';
import { createRecording as createPageRecording, type Recording } from './page-recording.ts';
import type { RecordingSettings } from './recording-settings.ts';
import { diag } from './registered-api.ts';
import { createAppHooks } from './span/app-hooks.ts';
import { TRANSPORT_RULES } from './span/transport-rules.ts';

export { createOutcomeCounter } from './metrics/outcome-counter.ts';
export { registeredMeterProvider, spanContextOf } from './registered-api.ts';
export { unrecordedSpan } from './span/unrecorded-span.ts';
export type { Recording };

/** Starts to make spans and metrics of closes. Never throws: an error is logged with `diag.error`. */
export function createRecording(settings: RecordingSettings): Recording {
  limitRepeats(diag);
  return createPageRecording(
    { ...settings, hooks: createAppHooks(settings.options), transport: TRANSPORT_RULES },
    () => ({ createCloseMetrics }),
  );
}
