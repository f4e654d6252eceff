/**
 * Starts the built-in pipeline of a page or worker, an OTLP/HTTP exporter. The module is loaded when no tracer provider
 * is given or registered. Apps import `@closespan/browser` instead. Names that this module exports may change in any
 * release.
 * @internal
 * @module
 */

import { diag, NAME, registeredMeterProvider, SCHEMA, VERSION } from '@closespan/browser/recording';
import { createOutcomeCounter, type Pipeline, signalUrl } from '@closespan/core/platform';
import type { BrowserOtlpOptions, BrowserWebSocketOptions } from '../browser-options.ts';
import { arePartsLate, loadOptionParts } from '../lazy-option-parts.ts';
import { createDelivery } from '../store/delivery.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { openSpanStore } from '../store/open-span-store.ts';
import { DEFAULT_BOUNDS } from '../store/span-rows.ts';
import type { StoredSpan } from '../store/stored-spans.ts';
import { addCloseSpans } from './add-close-spans.ts';
import { loadProtobuf, startMetrics } from './lazy-sdk-parts.ts';
import { createOtlpSender, JSON_FORMAT } from './otlp-sender.ts';
import { pageResource } from './page-resource.ts';

/**
 * Starts the built-in pipeline in a page or worker. The pipeline begins at once to send spans that earlier pages could
 * not deliver.
 * @param fetchAtLoad the scope's `fetch` when closespan was loaded. @defaultValue the present `fetch`
 */
export async function startPipeline(
  options: BrowserWebSocketOptions,
  fetchAtLoad?: typeof fetch,
): Promise<Pipeline> {
  // Without a prototype, to which somebody may have added a `url`.
  const members: BrowserOtlpOptions = options.otlp || ({ __proto__: null } as BrowserOtlpOptions);
  const { url: base = 'http://localhost:4318', headers, protocol, compression } = members;
  const url = signalUrl(base, '/v1/traces');
  const attributes = pageResource(options);
  const isZipped = compression === 'gzip';
  // First, since the start fails without these parts, and would leave metrics that nobody stops.
  const needsParts = !arePartsLate || options.closeHook || options.sampler || isZipped;
  const parts = needsParts ? await optionParts(options) : undefined;
  const [format = JSON_FORMAT, meters] = await Promise.all([
    protocol === 'http/protobuf' ? loadProtobuf() : undefined,
    options.metrics ? startMetrics(options, attributes, fetchAtLoad) : undefined,
  ]);
  // The store has the receiver in its name, so that spans for one receiver are never sent to another.
  const name = `${NAME}:${url}`;
  const sender = createOtlpSender(
    { url, headers, format, gzip: isZipped ? parts?.gzip : undefined },
    fetchAtLoad,
  );
  const delivery = createDelivery({
    store: options.store === 'memory' ? createMemoryStore() : openSpanStore(name, sender.timeout),
    sender,
    bounds: DEFAULT_BOUNDS,
    count(outcome, count) {
      const provider = options.meterProvider ?? meters ?? registeredMeterProvider();
      createOutcomeCounter(provider?.getMeter(NAME, VERSION, { ...SCHEMA }))(outcome, count);
    },
  });
  const resource = {
    attributes: {
      'service.name': options.serviceName ?? 'unknown_service',
      'telemetry.sdk.name': NAME,
      'telemetry.sdk.language': 'webjs',
      'telemetry.sdk.version': VERSION,
      ...attributes,
    },
  };
  const onEnd = (span: StoredSpan) => delivery.add([span]);
  return {
    tracerProvider: parts?.createPipelineTracerProvider({ resource, sampler: options.sampler, onEnd }),
    ...(arePartsLate && !parts && { addSpan: addCloseSpans(resource, onEnd) }),
    meterProvider: meters,
    async forceFlush(spansOnly) {
      await Promise.all([delivery.flush(), spansOnly || meters?.forceFlush()]);
    },
    flushNow() {
      delivery.flushNow();
      void meters?.forceFlush().catch((error) => diag.warn(`${NAME}: metrics not sent`, error));
    },
    async shutdown() {
      await Promise.all([delivery.shutdown(), meters?.shutdown()]);
    },
  };
}

/**
 * Loads the parts that only some options need. If the chunk cannot be loaded, and only compression needs the chunk,
 * resolves to `undefined`.
 */
function optionParts({ closeHook, sampler }: BrowserWebSocketOptions) {
  return loadOptionParts().catch((error) => {
    if (closeHook || sampler) throw error;
    diag.warn(`${NAME}: spans are sent without compression, gzip is not loaded`, error);
    return undefined;
  });
}
