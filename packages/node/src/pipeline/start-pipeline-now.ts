import type { ResendingTracerProvider } from '@closespan/core/otlp';
import type { Pipeline } from '@closespan/core/platform';
import type { NodeWebSocketOptions } from '../node-options.ts';
import { spoolPath } from '../spool/spool-directory.ts';
import { writeSpool } from '../spool/write-spool.ts';
import { logToConsole } from './console-logger.ts';
import { NO_PIPELINE } from './no-pipeline.ts';
import { pipelineSettings, sendsSpans } from './pipeline-settings.ts';
import { requireNow } from './require-now.ts';

/**
 * Starts the part of the built-in pipeline that stores spans, before the function returns. Meant for a process that is
 * about to end, with the option `spool`.
 */
export function startPipelineNow(options: NodeWebSocketOptions): Pipeline {
  if (!sendsSpans(options)) return NO_PIPELINE;
  logToConsole();
  const { createTracerProvider, createRunningExports } = requireNow('@closespan/core/otlp');
  const tracerProvider = createTracerProvider(pipelineSettings(options, createRunningExports()));
  tracerProvider.hold(true);
  const { addSpan } = tracerProvider;
  return { ...NO_PIPELINE, tracerProvider, addSpan, ...storeInSpool(options, tracerProvider) };
}

/**
 * Returns a pipeline's `flushNow`, which writes all undelivered spans into the spool. Returns no member without the
 * option `spool`.
 */
export function storeInSpool(
  { spool }: NodeWebSocketOptions,
  provider: ResendingTracerProvider | undefined,
): Pick<Pipeline, 'flushNow'> {
  if (spool === undefined) return {};
  return {
    flushNow() {
      writeSpool(spoolPath(spool), provider?.takeUndelivered() ?? []);
      return true;
    },
  };
}
