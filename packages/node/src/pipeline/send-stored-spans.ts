import type { NodeWebSocketOptions } from '../node-options.ts';
import type { SpoolSender } from '../spool/spool-sender.ts';
import { logToConsole } from './console-logger.ts';
import { pipelineSettings } from './pipeline-settings.ts';
import { startPause } from './timers-at-load.ts';

/** Starts to send the spans that earlier processes have written into a spool. */
export async function sendStoredSpans(options: NodeWebSocketOptions, path: string): Promise<SpoolSender> {
  logToConsole();
  const [{ createBodySender, createRunningExports }, { sendSpool }] = await Promise.all([
    import('@closespan/core/otlp'),
    import('../spool/spool-sender.ts'),
  ]);
  const send = createBodySender(pipelineSettings(options, createRunningExports()));
  return sendSpool(path, send, startPause);
}
